import assert from "node:assert/strict";
import {
  projectFolderName,
  projectsFolder,
} from "../../../../src/session/history/projectFolder";

describe("Where the CLI keeps its transcripts", () => {
  it("is in the folder that CLAUDE_CONFIG_DIR names, else in the home folder", () => {
    assert.equal(
      projectsFolder({ CLAUDE_CONFIG_DIR: "/config" }, "/home/me"),
      "/config/projects",
    );
    assert.equal(
      projectsFolder({ CLAUDE_CONFIG_DIR: "" }, "/home/me"),
      "/home/me/.claude/projects",
    );
  });

  it("has a hyphen for each character that is no ASCII letter or digit", () => {
    assert.equal(projectFolderName("/home/me/A_b.c (1)"), "-home-me-A-b-c--1-");
    assert.equal(projectFolderName("/ü/日本/😀"), "--------");
    assert.equal(projectFolderName("c:\\work"), "c--work");
  });

  it("is cut after 200 characters, with a hash of the whole path", () => {
    const exactly = `/${"l".repeat(199)}`;
    assert.equal(projectFolderName(exactly).length, 200);
    const one = projectFolderName(`${exactly}/one`);
    assert.match(one, /^-l{199}-[0-9a-z]{1,7}$/);
    assert.notEqual(one, projectFolderName(`${exactly}/two`));
  });
});

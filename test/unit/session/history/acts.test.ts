import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import {
  deleteConversation,
  forkArguments,
  renameConversation,
} from "../../../../src/session/history/acts";
import { Conversation, TranscriptFiles } from "../../../fakes/transcriptFiles";

describe("What is done with a stored conversation", () => {
  let files: TranscriptFiles;
  beforeEach(() => {
    files = new TranscriptFiles();
  });
  afterEach(() => files.remove());

  it("renaming appends the CLI's own line for it, and touches nothing else", async () => {
    const path = files.write(
      new Conversation().prompt("one").lines,
      files.path("my-session"),
    );
    const before = readFileSync(path, "utf8");
    assert.equal(
      await renameConversation(path, "  A new\nname "),
      "A new name",
    );
    assert.equal(
      readFileSync(path, "utf8"),
      `${before}{"type":"custom-title","customTitle":"A new name","sessionId":"my-session"}\n`,
    );
  });

  it("renaming begins a line of its own after one that was torn", async () => {
    const path = files.write('{"parentUuid":nu', files.path("s"));
    await renameConversation(path, "name");
    const lines = readFileSync(path, "utf8").split("\n");
    assert.equal(lines[0], '{"parentUuid":nu');
    assert.match(
      lines[1] ?? "",
      /^\{"type":"custom-title","customTitle":"name",/,
    );
  });

  it("renaming does nothing for a blank name, and makes no file where there is none", async () => {
    const path = files.write("{}\n");
    assert.equal(await renameConversation(path, " \n"), undefined);
    assert.equal(readFileSync(path, "utf8"), "{}\n");
    const missing = files.path();
    await assert.rejects(renameConversation(missing, "name"), {
      code: "ENOENT",
    });
    assert.ok(!existsSync(missing));
  });

  it("deleting moves the transcript to the trash, then what the CLI keeps beside it", async () => {
    const trash: string[] = [];
    const moveToTrash = (path: string) =>
      Promise.resolve(void trash.push(path));
    const alone = files.write("{}\n");
    await deleteConversation(alone, moveToTrash);
    assert.deepEqual(trash.splice(0), [alone]);
    const path = files.write("{}\n");
    const folder = path.slice(0, -".jsonl".length);
    mkdirSync(folder);
    await deleteConversation(path, moveToTrash);
    assert.deepEqual(trash, [path, folder]);
  });

  it("deleting fails as the trash fails, and leaves the rest alone", async () => {
    const path = files.write("{}\n");
    mkdirSync(path.slice(0, -".jsonl".length));
    let calls = 0;
    const refuse = () => Promise.reject(new Error(`no trash ${++calls}`));
    await assert.rejects(deleteConversation(path, refuse), /no trash 1/);
    assert.equal(calls, 1);
  });

  it("forking resumes in a new session, at a line where one is given", () => {
    assert.deepEqual(forkArguments("s"), ["--resume", "s", "--fork-session"]);
    assert.deepEqual(forkArguments("s", "u"), [
      "--resume",
      "s",
      "--fork-session",
      "--resume-session-at",
      "u",
    ]);
  });
});

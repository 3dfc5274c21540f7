import assert from "node:assert/strict";
import {
  cliArguments,
  defaultOptions,
  differingOptions,
} from "../../../src/cli/arguments";

describe("The CLI's arguments", () => {
  const options = defaultOptions("/work");
  const valueOf = (list: string[], name: string) =>
    list[list.indexOf(name) + 1];

  it("give a new conversation its id", () => {
    const list = cliArguments({
      session: { kind: "new", id: "id-1" },
      options,
    });
    assert.equal(valueOf(list, "--session-id"), "id-1");
    assert.ok(!list.includes("--resume"));
  });

  it("continue one that there was", () => {
    const session = { kind: "resume", id: "id-1" } as const;
    const list = cliArguments({ session, options });
    assert.equal(valueOf(list, "--resume"), "id-1");
    assert.ok(!list.includes("--session-id"));
  });

  it("copy a conversation, whole or up to a message, under an id of our choice", () => {
    const whole = { kind: "fork", id: "new", from: "old", at: null } as const;
    const flags = ["--resume", "old", "--fork-session"];
    assert.deepEqual(cliArguments({ session: whole, options }).slice(-5), [
      ...flags,
      "--session-id",
      "new",
    ]);
    const part = { ...whole, at: "message" };
    assert.deepEqual(cliArguments({ session: part, options }).slice(-7), [
      ...flags,
      "--resume-session-at",
      "message",
      "--session-id",
      "new",
    ]);
  });

  it("say every option that was chosen, and none that was not", () => {
    const session = { kind: "new", id: "id-1" } as const;
    const bare = cliArguments({ session, options });
    const full = cliArguments({
      session,
      options: {
        cwd: "/work",
        model: "opus",
        permissionMode: "plan",
        addDirectories: ["/a", "/b"],
        mcpConfigFiles: ["/mcp.json"],
        isMcpStrict: true,
        settingsFile: "/settings.json",
      },
    });
    assert.deepEqual(
      full.filter((word) => !bare.includes(word)),
      [
        ...["--model", "opus", "--permission-mode", "plan"],
        ...["--add-dir", "/a", "--add-dir", "/b"],
        ...["--mcp-config", "/mcp.json", "--strict-mcp-config"],
        ...["--settings", "/settings.json"],
      ],
    );
  });

  it("ask for JSON lines both ways, and for every permission to be asked for here", () => {
    const list = cliArguments({
      session: { kind: "new", id: "id-1" },
      options,
    });
    assert.equal(valueOf(list, "--input-format"), "stream-json");
    assert.equal(valueOf(list, "--output-format"), "stream-json");
    assert.equal(valueOf(list, "--permission-prompt-tool"), "stdio");
    // Without it stream-json exits with 1.
    assert.ok(list.includes("--verbose"));
    assert.ok(!list.some((argument) => argument.includes("dangerously")));
  });

  it("differ where an option does, the order of a list included", () => {
    assert.deepEqual(differingOptions(options, { ...options }), []);
    const other = { ...options, model: "opus", addDirectories: ["/a"] };
    assert.deepEqual(differingOptions(options, other), [
      "model",
      "addDirectories",
    ]);
    const one = { ...options, addDirectories: ["/a", "/b"] };
    const two = { ...options, addDirectories: ["/b", "/a"] };
    assert.deepEqual(differingOptions(one, two), ["addDirectories"]);
  });
});

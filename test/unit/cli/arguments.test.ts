import assert from "node:assert/strict";
import { cliArguments } from "../../../src/cli/arguments";

describe("The CLI's arguments", () => {
  const valueOf = (list: string[], name: string) =>
    list[list.indexOf(name) + 1];

  it("give a new conversation its id", () => {
    const list = cliArguments({ session: { kind: "new", id: "id-1" } });
    assert.equal(valueOf(list, "--session-id"), "id-1");
    assert.ok(!list.includes("--resume"));
  });

  it("continue one that there was", () => {
    const list = cliArguments({ session: { kind: "resume", id: "id-1" } });
    assert.equal(valueOf(list, "--resume"), "id-1");
    assert.ok(!list.includes("--session-id"));
  });

  it("ask for JSON lines both ways, and for every permission to be asked for here", () => {
    const list = cliArguments({ session: { kind: "new", id: "id-1" } });
    assert.equal(valueOf(list, "--input-format"), "stream-json");
    assert.equal(valueOf(list, "--output-format"), "stream-json");
    assert.equal(valueOf(list, "--permission-prompt-tool"), "stdio");
    // Without it stream-json exits with 1.
    assert.ok(list.includes("--verbose"));
    assert.ok(!list.some((argument) => argument.includes("dangerously")));
  });
});

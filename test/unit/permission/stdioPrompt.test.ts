import assert from "node:assert/strict";
import { askOf, stdioResponse } from "../../../src/permission/stdioPrompt";
import { askSchema } from "../../../src/protocol/conversation";
import { validate } from "../../../src/protocol/validate";

const input = { file_path: "/srv/a.ts", content: "let a;" };
const request = { tool_name: "Write", input, tool_use_id: "toolu_1" };

describe("An ask over stdio", () => {
  it("is known by the CLI's request id, and knows its tool card", () => {
    const ask = askOf("request-1", request, "/srv", 1_000);
    assert.deepEqual(ask, {
      id: "request-1",
      toolUseId: "toolu_1",
      toolName: "Write",
      summary: "a.ts",
      detail: "let a;",
      reason: null,
      askedAt: 1_000,
    });
    assert.deepEqual(validate(askSchema, ask), ask);
  });

  it("passes the CLI's reason on, where it gives one", () => {
    const reasonOf = (decision_reason: string | null) =>
      askOf("r", { ...request, decision_reason }, "/srv", 0).reason;
    assert.equal(reasonOf("outside of the folder"), "outside of the folder");
    assert.equal(reasonOf(null), null);
  });

  it("is allowed with the input as it was asked for", () => {
    assert.deepEqual(stdioResponse("allow", input), {
      behavior: "allow",
      updatedInput: input,
    });
  });

  it("is denied with a message, since the CLI takes a deny without one for a failure", () => {
    const { behavior, message, ...others } = stdioResponse("deny", input);
    assert.equal(behavior, "deny");
    assert.match(String(message), /\buser denied\b/);
    assert.deepEqual(others, {});
  });
});

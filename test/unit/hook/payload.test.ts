import assert from "node:assert/strict";
import * as fc from "fast-check";
import { factsOf } from "../../../src/hook/payload";

const payload = {
  session_id: "9e1ef0b0-6a6f-4a1c-8c0c-0e8f3f2f1a11",
  transcript_path: "/home/me/.claude/projects/x.jsonl",
  cwd: "/home/me/x",
  permission_mode: "default",
  hook_event_name: "PostToolUse",
  tool_name: "Bash",
  tool_input: { command: "cat secret" },
  tool_response: { stdout: "secret" },
  prompt: "a secret",
  duration_ms: 12,
};

describe("factsOf", () => {
  it("takes what the record has a field for, and nothing else", () => {
    assert.deepEqual(factsOf(payload, undefined, "hook"), {
      hookEventName: "PostToolUse",
      toolName: "Bash",
      reason: undefined,
      durationMs: 12,
      sessionId: payload.session_id,
      cwd: "/home/me/x",
      permissionMode: "default",
      source: "hook",
    });
  });

  it("believes the payload about the event's name before the argument", () => {
    assert.equal(factsOf(payload, "Stop", "hook").hookEventName, "PostToolUse");
    assert.equal(factsOf({}, "Stop", "hook").hookEventName, "Stop");
  });

  it("keeps events that it does not know", () => {
    const facts = factsOf({ hook_event_name: "BrandNew" }, undefined, "chat");
    assert.equal(facts.hookEventName, "BrandNew");
  });

  it("knows a request for permission as the decision ask", () => {
    assert.equal(factsOf({}, "PermissionRequest", "hook").decision, "ask");
  });

  it("takes the words of a notification as its reason", () => {
    const notification = {
      hook_event_name: "Notification",
      message: "Waiting",
    };
    assert.equal(factsOf(notification, undefined, "hook").reason, "Waiting");
    assert.equal(factsOf({ message: "no" }, "Stop", "hook").reason, undefined);
  });

  it("takes the words in which an event says why", () => {
    const reasonOf = (name: string, fields: object) =>
      factsOf(fields, name, "hook").reason;
    assert.equal(reasonOf("SessionStart", { source: "resume" }), "resume");
    assert.equal(reasonOf("PreCompact", { trigger: "auto" }), "auto");
    assert.equal(reasonOf("SessionEnd", { reason: "other" }), "other");
  });

  it("knows a refusal of the CLI's mode, with its reason", () => {
    const facts = factsOf({ reason: "Risky" }, "PermissionDenied", "hook");
    assert.deepEqual(
      [facts.decision, facts.policyName, facts.reason],
      ["deny", "mode", "Risky"],
    );
  });

  it("makes facts out of any JSON at all", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const facts = factsOf(value, "Stop", "hook");
        assert.equal(typeof facts.hookEventName, "string");
      }),
    );
    const wrong = { session_id: 1, cwd: null, tool_name: [], duration_ms: "1" };
    assert.deepEqual(
      Object.values(factsOf(wrong, "Stop", "hook")).filter(
        (value) => value !== undefined,
      ),
      ["Stop", "hook"],
    );
  });
});

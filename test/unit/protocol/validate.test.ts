import assert from "node:assert/strict";
import * as v from "valibot";
import {
  envelopeSchema,
  fromWebviewSchema,
} from "../../../src/protocol/chatMessages";
import { conversationEventSchema } from "../../../src/protocol/conversation";
import { fromRelaySchema, toRelaySchema } from "../../../src/protocol/delivery";
import { eventRecordSchema } from "../../../src/protocol/eventRecord";
import { emptyConversation } from "../../../src/protocol/transcript";
import { validate, validateJson } from "../../../src/protocol/validate";

describe("Validation", () => {
  const schema = v.object({ name: v.string(), age: v.optional(v.number(), 0) });

  it("gives what fits, as the schema has it, and only that", () => {
    const given: unknown = { name: "Ada", secret: "x" };
    assert.deepEqual(validate(schema, given), { name: "Ada", age: 0 });
  });

  it("drops what does not fit, whatever it is", () => {
    for (const value of [undefined, null, 1, "Ada", [], {}, { name: 1 }]) {
      assert.equal(validate(schema, value), undefined);
    }
  });

  it("drops text that is no JSON, and JSON that does not fit", () => {
    assert.deepEqual(validateJson(schema, '{"name":"Ada","age":36}'), {
      name: "Ada",
      age: 36,
    });
    for (const text of ["", "Ada", "{", "null", '{"name":null}']) {
      assert.equal(validateJson(schema, text), undefined, text);
    }
  });
});

describe("Messages from the webview", () => {
  const id = "8f14e45f-ceea-467f-a0e6-0d6f5c1c4e59";
  const fits = (message: unknown) =>
    validate(fromWebviewSchema, message) !== undefined;

  it("fit when they are what the protocol says", () => {
    const messages = [
      { type: "hello", last: null },
      { type: "hello", last: { epoch: "e", seq: 3 } },
      { type: "ack", epoch: "e", seq: 3 },
      { type: "sendPrompt", id, text: "Go" },
      { type: "removeQueued", id },
      { type: "interrupt" },
      { type: "answerAsk", id: "r", decision: "deny" },
      { type: "action", action: "signIn" },
    ];
    messages.forEach((message) => assert.ok(fits(message), message.type));
  });

  it("do not fit when anything about them is odd", () => {
    const messages = [
      { type: "hello" },
      { type: "ack", epoch: "e", seq: "3" },
      { type: "ack", epoch: "e", seq: NaN },
      { type: "sendPrompt", id: "1", text: "Go" },
      { type: "sendPrompt", id, text: "x".repeat(1_000_001) },
      { type: "answerAsk", id: "r", decision: "always" },
      { type: "action", action: "workbench.action.quit" },
      { type: "other" },
    ];
    messages.forEach((message) => assert.ok(!fits(message), message.type));
  });
});

describe("Messages to the webview", () => {
  it("survive the way through JSON as they are", () => {
    const conversation = emptyConversation("c", "/work");
    const surroundings = {
      readiness: { kind: "noCli", looked: ["/bin/claude"] },
      isDemo: true,
      signedInAs: null,
    };
    const body = { type: "snapshot", conversation, surroundings };
    const envelope = { epoch: "e", seq: 1, body };
    const text = JSON.stringify(envelope);
    assert.deepEqual(validateJson(envelopeSchema, text), envelope);
  });

  it("hold no event of an unknown kind", () => {
    const event = { type: "promptRemoved", id: "p" };
    assert.deepEqual(validate(conversationEventSchema, event), event);
    const other = { ...event, type: "promptForgotten" };
    assert.equal(validate(conversationEventSchema, other), undefined);
  });
});

describe("Lines between host and relay", () => {
  it("never take a refresh token along", () => {
    const credential = {
      type: "credential",
      serverUrl: "https://example.org",
      accessToken: "a",
    };
    const given = { ...credential, refreshToken: "r" };
    assert.deepEqual(validate(toRelaySchema, given), credential);
  });

  it("are dropped when they are of an unknown kind", () => {
    const line = '{"type":"log","level":"warn","message":"slow"}';
    assert.ok(validateJson(fromRelaySchema, line));
    const other = line.replace("warn", "shout");
    assert.equal(validateJson(fromRelaySchema, other), undefined);
  });
});

describe("An event record", () => {
  const record = {
    client_event_id: "8f14e45f-ceea-467f-a0e6-0d6f5c1c4e59",
    timestamp: 1_767_225_600_000,
    event_type: "tool",
    tool_name: "Bash",
    policy_name: null,
    policy_names: null,
    decision: "allow",
    reason: null,
    duration_ms: 12.5,
    session_id: null,
    cwd_hash: null,
    permission_mode: null,
    hook_event_name: "PreToolUse",
    integration: "claude-code",
    source: "hook",
  };

  it("holds the contract's fields and no other", () => {
    const given = { ...record, tool_input: { command: "cat /etc/passwd" } };
    assert.deepEqual(validate(eventRecordSchema, given), record);
  });

  it("needs an id that is a UUID, and a time in whole milliseconds", () => {
    for (const odd of [
      { client_event_id: "1" },
      { timestamp: 1.5 },
      { timestamp: "2026-01-01" },
      { tool_name: undefined },
    ]) {
      assert.equal(
        validate(eventRecordSchema, { ...record, ...odd }),
        undefined,
      );
    }
  });
});

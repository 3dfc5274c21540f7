import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import { eventRecordSchema } from "../../../src/protocol/eventRecord";
import { validate } from "../../../src/protocol/validate";
import {
  type CapturedFacts,
  makeRecord,
  maxReasonBytes,
  scrubText,
} from "../../../src/queue/record";

const installKey = "ab".repeat(32);

function record(
  facts: Partial<CapturedFacts>,
  key: string | undefined = installKey,
) {
  return makeRecord(
    { source: "hook", ...facts },
    { now: 1_767_225_600_000.4, newId: randomUUID, installKey: key },
  );
}

describe("makeRecord", () => {
  it("fills every field of the contract, with null for what is not known", () => {
    const made = record({ hookEventName: "SessionStart" });
    assert.deepEqual(
      { ...made, client_event_id: "" },
      {
        client_event_id: "",
        timestamp: 1_767_225_600_000,
        event_type: "session_start",
        tool_name: null,
        policy_name: null,
        policy_names: null,
        decision: null,
        reason: null,
        duration_ms: null,
        session_id: null,
        cwd_hash: null,
        permission_mode: null,
        hook_event_name: "SessionStart",
        integration: "claude-code",
        source: "hook",
      },
    );
    assert.ok(validate(eventRecordSchema, made));
  });

  it("names the event in snake case, unknown ones too", () => {
    const types = [
      "PreToolUse",
      "SubagentStop",
      "MCPServerUp",
      "brand-new event",
    ];
    assert.deepEqual(
      types.map((hookEventName) => record({ hookEventName }).event_type),
      ["pre_tool_use", "subagent_stop", "mcp_server_up", "brand_new_event"],
    );
  });

  it("keeps a keyed hash of the folder, and not the folder", () => {
    const made = record({ cwd: "/home/me/secret-project" });
    assert.match(made.cwd_hash ?? "", /^[0-9a-f]{64}$/);
    assert.equal(
      record({ cwd: "/home/me/secret-project" }).cwd_hash,
      made.cwd_hash,
    );
    assert.notEqual(
      record({ cwd: "/home/me/secret-project" }, "cd".repeat(32)).cwd_hash,
      made.cwd_hash,
    );
    assert.ok(!JSON.stringify(made).includes("secret-project"));
  });

  it("stores no folder at all without a key to hash it with", () => {
    const made = makeRecord(
      { source: "hook", cwd: "/home/me" },
      { now: 0, newId: randomUUID, installKey: undefined },
    );
    assert.equal(made.cwd_hash, null);
  });

  it("scrubs the reason, and the names that others choose", () => {
    const token = `ghp_${"x1Y2".repeat(9)}`;
    const made = record({
      reason: `used ${token}`,
      toolName: `mcp__${token}`,
      policyNames: [token],
      sessionId: ` ${token}`,
    });
    assert.ok(!JSON.stringify(made).includes("x1Y2"), JSON.stringify(made));
  });

  it("cuts the reason at 2 KB, never inside a character", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", minLength: 500, maxLength: 4000 }),
        (reason) => {
          const kept = record({ reason }).reason ?? "";
          assert.ok(Buffer.byteLength(kept) <= maxReasonBytes);
          assert.ok(!kept.includes("\uFFFD") || reason.includes("\uFFFD"));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("cuts what is left after scrubbing, so that half a secret never stays", () => {
    for (
      let before = maxReasonBytes - 60;
      before <= maxReasonBytes;
      before += 1
    ) {
      const reason = `${"word ".repeat(500).slice(0, before)} sk-ant-${"x1Y2".repeat(20)}`;
      assert.ok(!record({ reason }).reason?.includes("x1Y2"), String(before));
    }
  });

  it("scrubs the same text to the same text, also where it was cut", () => {
    const filler = fc.constantFrom(
      "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA",
      "path/to",
      " ",
      "token=",
      "日本",
      "sk-",
    );
    fc.assert(
      fc.property(fc.array(filler, { maxLength: 200 }), (parts) => {
        const once = scrubText(parts.join(""), 256);
        assert.equal(scrubText(once, 256), once);
      }),
      { numRuns: 300 },
    );
  });

  it("takes no duration that is none", () => {
    assert.equal(record({ durationMs: Number.NaN }).duration_ms, null);
    assert.equal(record({ durationMs: 12.5 }).duration_ms, 12.5);
  });
});

import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { captureFacts, captureHookPayload } from "../../../src/hook/capture";
import { FakeClock } from "../../fakes/fakeClock";
import { QueueHome } from "../../fakes/queueHome";

describe("capture", () => {
  let home: QueueHome;
  const clock = new FakeClock();
  afterEach(() => home.remove());

  it("queues what the chat hears from the agent, marked as the chat's", () => {
    home = new QueueHome();
    const payload = {
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      cwd: "/x",
    };
    const outcome = captureHookPayload(
      { paths: home.paths, clock },
      payload,
      undefined,
      "chat",
    );
    assert.deepEqual(outcome, { kind: "appended" });
    const [record] = home.pending();
    assert.equal(record?.source, "chat");
    assert.equal(record.timestamp, clock.now());
    assert.equal(record.cwd_hash?.length, 64);
  });

  it("queues the user's decision with its reason and its duration", () => {
    home = new QueueHome();
    captureFacts(
      { paths: home.paths, clock },
      {
        hookEventName: "PermissionDecision",
        toolName: "Bash",
        decision: "deny",
        reason: "no",
        durationMs: 900,
        source: "chat",
      },
    );
    const [record] = home.pending();
    assert.deepEqual(
      [
        record?.event_type,
        record?.decision,
        record?.reason,
        record?.duration_ms,
      ],
      ["permission_decision", "deny", "no", 900],
    );
  });

  it("makes nothing at all for somebody who is not signed in", () => {
    home = new QueueHome({ isSignedIn: false });
    const outcome = captureHookPayload(
      { paths: home.paths, clock },
      {},
      "Stop",
      "hook",
    );
    assert.deepEqual(outcome, { kind: "signedOut" });
    assert.equal(existsSync(home.home), false);
  });

  it("queues the event without its folder when there is no key to hash it with", () => {
    home = new QueueHome();
    mkdirSync(home.paths.installKey);
    const outcome = captureHookPayload(
      { paths: home.paths, clock },
      { cwd: "/x" },
      "Stop",
      "hook",
    );
    assert.deepEqual(outcome, { kind: "appended" });
    assert.equal(home.pending()[0]?.cwd_hash, null);
  });
});

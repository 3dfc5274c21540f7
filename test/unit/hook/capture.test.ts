import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import {
  captureDecision,
  captureHookPayload,
  captureLifecycle,
} from "../../../src/hook/capture";
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

  const session = { sessionId: "s1", cwd: "/x", permissionMode: "plan" };

  it("queues a decision with who made it, why, and how long it took", () => {
    home = new QueueHome();
    captureDecision(
      { paths: home.paths, clock },
      {
        toolName: "Bash",
        decision: "deny",
        by: "rule",
        rules: ["Bash(curl:*)"],
        reason: "no",
        waitedMs: 900,
      },
      session,
    );
    const [record] = home.pending();
    assert.partialDeepStrictEqual(record, {
      event_type: "permission_decision",
      tool_name: "Bash",
      decision: "deny",
      policy_name: "rule",
      policy_names: ["Bash(curl:*)"],
      reason: "no",
      duration_ms: 900,
      session_id: "s1",
      permission_mode: "plan",
      source: "chat",
    });
  });

  it("queues the start and the end of a chat's agent as the CLI's own hooks name them", () => {
    home = new QueueHome();
    const deps = { paths: home.paths, clock };
    captureLifecycle(deps, "SessionStart", "resume", session);
    captureLifecycle(deps, "SessionEnd", "other", session);
    assert.deepEqual(
      home
        .pending()
        .map((record) => [
          record.event_type,
          record.hook_event_name,
          record.reason,
          record.session_id,
        ]),
      [
        ["session_start", "SessionStart", "resume", "s1"],
        ["session_end", "SessionEnd", "other", "s1"],
      ],
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

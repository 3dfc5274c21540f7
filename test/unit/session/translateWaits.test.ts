import assert from "node:assert/strict";
import { parseWireLine } from "../../../src/cli/wire";
import type { Waiting } from "../../../src/protocol/conversation";
import { Translator } from "../../../src/session/translate/translator";
import { readRecording, replay } from "../../fakes/recording";

/** What was waited for in a recording, in the order in which it was told. */
const waitsIn = (name: string) =>
  replay(readRecording(name)).events.flatMap((event) =>
    event.type === "waiting" ? [event.waiting] : [],
  );
const brief = (waiting: Waiting | null) => {
  if (!waiting) {
    return "nothing";
  }
  return "name" in waiting ? `${waiting.kind} ${waiting.name}` : waiting.kind;
};

describe("What the agent waits for", () => {
  let translator: Translator;
  let waiting: Waiting | null;
  beforeEach(() => {
    translator = new Translator("p1");
    waiting = null;
  });

  const take = (events: ReturnType<Translator["translate"]>) => {
    for (const event of events) {
      waiting = event.type === "waiting" ? event.waiting : waiting;
    }
  };
  const say = (line: Record<string, unknown>, now: number) => {
    take(translator.translate(parseWireLine(JSON.stringify(line)), now));
    return waiting;
  };
  const retry = (attempt: number) => ({
    type: "system",
    subtype: "api_retry",
    attempt,
    max_retries: 10,
    retry_delay_ms: 600,
    error_status: 529,
  });
  const use = (id: string, parent: string | null = null) => ({
    type: "assistant",
    parent_tool_use_id: parent,
    message: {
      id: `m-${id}`,
      content: [{ type: "tool_use", id, name: "Bash", input: {} }],
    },
  });
  const toolResult = (id: string) => ({
    type: "user",
    message: {
      content: [{ type: "tool_result", tool_use_id: id, content: "" }],
    },
  });
  const ask = (id: string) => ({
    type: "control_request",
    request_id: id,
    request: {
      subtype: "can_use_tool",
      tool_name: "Bash",
      input: {},
      tool_use_id: "t1",
    },
  });
  const permission = (since: number) => ({
    kind: "permission",
    since,
    toolUseId: "t1",
    name: "Bash",
  });
  const tool = (toolUseId: string, since: number) => ({
    kind: "tool",
    since,
    toolUseId,
    name: "Bash",
  });

  it("is told step by step", () => {
    assert.deepEqual(waitsIn("bashAllowed").map(brief), [
      "agent",
      "api",
      "answer",
      "permission Bash",
      "answer",
      "tool Bash",
      "agent",
      "api",
      "answer",
      "agent",
      "nothing",
    ]);
    assert.deepEqual(waitsIn("compactManual").slice(-8).map(brief), [
      "compaction",
      "agent",
      "nothing",
      "agent",
      "api",
      "answer",
      "agent",
      "nothing",
    ]);
    assert.ok(waitsIn("hooks").map(brief).includes("hook PreToolUse:Bash"));
    assert.ok(waitsIn("hooks").map(brief).includes("hook Stop"));
    assert.deepEqual(waitsIn("error429Once").map(brief).slice(0, 4), [
      "agent",
      "api",
      "retry",
      "answer",
    ]);
  });

  it("is nothing at the end of every recording", () => {
    for (const name of ["plain", "subagentInBackground", "hangInterrupted"]) {
      assert.equal(waitsIn(name).at(-1), null);
    }
  });

  it("is the agent itself, from the moment that a prompt is sent", () => {
    take(translator.promptSent("u", 5));
    assert.deepEqual(waiting, { kind: "agent", since: 5 });
    const init = { type: "system", subtype: "init" };
    assert.deepEqual(say(init, 9), { kind: "agent", since: 5 });
  });

  it("is the next try of the API, until it answers", () => {
    say({ type: "system", subtype: "status", status: "requesting" }, 1);
    assert.deepEqual(say(retry(2), 10), {
      kind: "retry",
      since: 10,
      attempt: 2,
      of: 10,
      until: 610,
      httpStatus: 529,
    });
    assert.equal(say(retry(3), 700)?.since, 700);
    const start = { type: "message_start", message: { id: "m" } };
    assert.deepEqual(say({ type: "stream_event", event: start }, 900), {
      kind: "answer",
      since: 900,
    });
  });

  it("is an answer of the user's, until there is one or it is no longer wanted", () => {
    say(use("t1"), 1);
    assert.deepEqual(say(ask("r1"), 2), permission(2));
    take(translator.askClosed("r1"));
    assert.deepEqual(waiting, tool("t1", 1));
    assert.deepEqual(say(ask("r2"), 3), permission(3));
    say({ type: "control_cancel_request", request_id: "r2" }, 4);
    assert.deepEqual(waiting, tool("t1", 1));
  });

  it("is the tool that has run for longest, and none of a subagent's", () => {
    say(use("t1"), 1);
    say(use("t2"), 2);
    assert.deepEqual(say(use("t3", "t1"), 3), tool("t1", 1));
    assert.deepEqual(say(toolResult("t1"), 4), tool("t2", 2));
    assert.deepEqual(say(toolResult("t2"), 5), { kind: "agent", since: 5 });
  });

  it("is a hook, while it runs", () => {
    const hook = { type: "system", hook_id: "h", hook_event: "PreToolUse" };
    const name = { hook_name: "PreToolUse:Bash" };
    say(use("t1"), 1);
    say({ ...hook, ...name, subtype: "hook_started" }, 2);
    assert.deepEqual(waiting, {
      kind: "hook",
      since: 2,
      name: "PreToolUse:Bash",
    });
    say({ ...hook, ...name, subtype: "hook_response", outcome: "success" }, 3);
    assert.deepEqual(waiting, tool("t1", 1));
  });

  it("is nothing when the turn or the process has ended", () => {
    say(retry(1), 1);
    assert.equal(say({ type: "result", subtype: "success" }, 2), null);
    say(ask("r1"), 3);
    take(translator.processEnded(4));
    assert.equal(waiting, null);
  });

  it("is told only when it changes", () => {
    const status = { type: "system", subtype: "status", status: "requesting" };
    const line = parseWireLine(JSON.stringify(status));
    assert.equal(translator.translate(line, 1).length, 1);
    assert.equal(translator.translate(line, 2).length, 0);
  });
});

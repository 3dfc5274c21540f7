import assert from "node:assert/strict";
import { parseWireLine } from "../../../src/cli/wire";
import type { ConversationEvent } from "../../../src/protocol/conversation";
import { Translator } from "../../../src/session/translate/translator";

type End = Extract<ConversationEvent, { type: "promptEnded" }>;

describe("A prompt's end", () => {
  let translator: Translator;
  let events: ConversationEvent[];
  beforeEach(() => {
    translator = new Translator("p1");
    events = [];
  });

  const say = (line: Record<string, unknown>) => {
    const parsed = parseWireLine(JSON.stringify(line));
    events.push(...translator.translate(parsed, 1));
  };
  const send = (id: string) => events.push(...translator.promptSent(id, 1));
  const lifecycle = (id: string, state: string) =>
    say({ type: "command_lifecycle", command_uuid: id, state });
  const begin = (id: string) => {
    send(id);
    lifecycle(id, "queued");
    lifecycle(id, "started");
  };
  const result = (more: Record<string, unknown> = {}) =>
    say({ type: "result", subtype: "success", ...more });
  const refusal = (error: string, status: number) =>
    say({
      type: "assistant",
      message: { id: "m", content: [{ type: "text", text: "It said no." }] },
      error,
      api_error_status: status,
    });
  const ends = () =>
    events
      .filter((event): event is End => event.type === "promptEnded")
      .map(({ id, outcome, failure }) =>
        failure
          ? `${id} ${outcome}: ${failure.kind}, ${failure.message}`
          : `${id} ${outcome}`,
      );
  const turns = () =>
    events.flatMap((event) =>
      event.type === "item" && event.item.kind === "turn"
        ? `${event.item.outcome}${event.item.isUnasked ? ", unasked" : ""}`
        : [],
    );

  it("comes with the CLI's report, and says how the turn was", () => {
    begin("a");
    result();
    assert.deepEqual(ends(), []);
    lifecycle("a", "completed");
    assert.deepEqual(ends(), ["a done"]);
  });

  it("is a failure when the turn failed, though the CLI calls that cancelled", () => {
    begin("a");
    refusal("server_error", 500);
    result({ is_error: true });
    lifecycle("a", "cancelled");
    assert.deepEqual(ends(), ["a failed: server, It said no."]);
  });

  it("names a failure that the CLI has no word for by its status", () => {
    for (const [status, id] of [
      [400, "a"],
      [503, "b"],
      [302, "c"],
    ] as const) {
      begin(id);
      refusal("unknown", status);
      result({ is_error: true });
      lifecycle(id, "cancelled");
    }
    assert.deepEqual(ends(), [
      "a failed: request, It said no.",
      "b failed: server, It said no.",
      "c failed: other, It said no.",
    ]);
  });

  it("is not the failure of a subagent", () => {
    begin("a");
    say({
      type: "assistant",
      parent_tool_use_id: "t",
      message: { id: "m", content: [] },
      error: "authentication_failed",
    });
    result();
    lifecycle("a", "completed");
    assert.deepEqual(ends(), ["a done"]);
    assert.deepEqual(turns(), ["completed"]);
  });

  it("is a limit when there were as many turns as may be", () => {
    begin("a");
    result({ subtype: "error_max_turns", is_error: true, errors: ["10"] });
    lifecycle("a", "cancelled");
    assert.deepEqual(ends(), ["a failed: limit, 10"]);
  });

  it("is an interruption when the user interrupted it, or took it back", () => {
    begin("a");
    result({ is_error: true, terminal_reason: "aborted_tools" });
    lifecycle("a", "cancelled");
    send("b");
    lifecycle("b", "queued");
    lifecycle("b", "cancelled");
    assert.deepEqual(ends(), ["a interrupted", "b interrupted"]);
  });

  it("comes for a prompt that was dropped and sent once more, too", () => {
    send("a");
    lifecycle("a", "cancelled");
    translator.promptReturned("a");
    begin("a");
    result();
    lifecycle("a", "completed");
    assert.deepEqual(ends(), ["a interrupted", "a done"]);
  });

  it("is the same for all that were folded into one turn", () => {
    begin("a");
    begin("b");
    result();
    lifecycle("a", "completed");
    lifecycle("b", "completed");
    assert.deepEqual(ends(), ["a done", "b done"]);
  });

  it("is not the result of a turn that nobody asked for", () => {
    begin("a");
    result();
    lifecycle("a", "completed");
    send("b");
    lifecycle("b", "queued");
    result({ is_error: true, origin: { kind: "task-notification" } });
    assert.deepEqual(turns(), ["completed", "failed, unasked"]);
    lifecycle("b", "started");
    result();
    lifecycle("b", "completed");
    assert.deepEqual(ends(), ["a done", "b done"]);
  });

  it("is the result, from a CLI that reports nothing", () => {
    send("a");
    result();
    send("b");
    result({ is_error: true, errors: ["No."] });
    result();
    assert.deepEqual(ends(), ["a done", "b failed: other, No."]);
    assert.deepEqual(turns(), ["completed", "failed", "completed, unasked"]);
  });

  it("is there at the first refusal of the sign-in, and then no more", () => {
    begin("a");
    const retry = { type: "system", subtype: "api_retry" };
    say({ ...retry, error: "authentication_failed" });
    assert.match(ends()[0] ?? "", /^a failed: signIn, /);
    say({ ...retry, error_status: 401 });
    refusal("authentication_failed", 401);
    result({ is_error: true, terminal_reason: "aborted_streaming" });
    lifecycle("a", "cancelled");
    assert.equal(ends().length, 1);
    assert.deepEqual(turns(), ["failed"]);
    begin("b");
    result();
    lifecycle("b", "completed");
    assert.equal(ends()[1], "b done");
  });

  it("comes with the end of the process, if not before", () => {
    begin("a");
    result();
    begin("b");
    events.push(...translator.processEnded(1));
    assert.deepEqual(ends(), ["a done", "b failed: process, null"]);
    translator = new Translator("p2");
    begin("c");
    events.push(...translator.processEnded(1, true));
    assert.equal(ends()[2], "c interrupted");
    lifecycle("c", "completed");
    assert.equal(ends().length, 3);
  });
});

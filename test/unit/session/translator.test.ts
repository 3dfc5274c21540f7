import assert from "node:assert/strict";
import { parseWireLine } from "../../../src/cli/wire";
import { Replay } from "../../fakes/recording";

/** Cases that the recordings do not have. */
describe("The translator", () => {
  let player: Replay;
  beforeEach(() => {
    player = new Replay();
  });

  const say = (line: Record<string, unknown>, t = 0) =>
    player.takeWireLine(parseWireLine(JSON.stringify(line)), t);

  const start = (id: string) =>
    say({
      type: "stream_event",
      event: { type: "message_start", message: { id } },
    });

  const delta = (index: number, text: string) =>
    say({
      type: "stream_event",
      event: {
        type: "content_block_delta",
        index,
        delta: { type: "text_delta", text },
      },
    });

  const whole = (
    id: string,
    block: Record<string, unknown>,
    parent: string | null = null,
  ) =>
    say({
      type: "assistant",
      message: { id, content: [block] },
      parent_tool_use_id: parent,
    });

  const text = (words: string) => ({ type: "text", text: words });
  const bash = (id: string) => ({
    type: "tool_use",
    id,
    name: "Bash",
    input: { command: "ls" },
  });

  const result = (more: Record<string, unknown> = {}) =>
    say({ type: "result", subtype: "success", ...more });

  const texts = () =>
    player.conversation.items.flatMap((item) =>
      item.kind === "text" ? item.text : [],
    );

  const toolStatus = (id: string) =>
    player.conversation.items
      .filter((item) => item.kind === "tool")
      .find((item) => item.id === id)?.status;

  it("shows a text once when a block of an unknown kind came before it", () => {
    start("m1");
    whole("m1", { type: "redacted_thinking", data: "x" });
    delta(1, "Hel");
    whole("m1", text("Hello"));
    delta(2, "Go");
    whole("m1", text("Goodbye"));
    whole("m1", text("Not streamed"));
    result();
    assert.deepEqual(texts(), ["Hello", "Goodbye", "Not streamed"]);
  });

  it("keeps what is being streamed while a subagent says something", () => {
    start("m1");
    delta(0, "The first half, ");
    whole("sub", bash("t1"), "task");
    assert.deepEqual(texts(), ["The first half, "]);
    delta(0, "the second half");
    assert.deepEqual(texts(), ["The first half, the second half"]);
  });

  it("shows of a subagent its tools, not its words", () => {
    whole("sub", text("I am a subagent"), "task");
    whole("sub", bash("t1"), "task");
    assert.deepEqual(
      player.conversation.items.map(({ kind }) => kind),
      ["tool"],
    );
  });

  it("lets a subagent's tool run on after a turn that was not interrupted", () => {
    whole("m1", bash("own"));
    whole("sub", bash("theirs"), "task");
    result();
    assert.equal(toolStatus("own"), "interrupted");
    assert.equal(toolStatus("theirs"), "running");
    say({
      type: "user",
      message: {
        content: [{ type: "tool_result", tool_use_id: "theirs", content: "" }],
      },
      parent_tool_use_id: "task",
    });
    assert.equal(toolStatus("theirs"), "done");
  });

  it("ends a subagent's tool with a turn that was interrupted", () => {
    whole("sub", bash("theirs"), "task");
    result({ is_error: true, terminal_reason: "aborted_tools" });
    assert.equal(toolStatus("theirs"), "interrupted");
  });

  it("tells the cost of each turn though the CLI adds it up", () => {
    for (const total of [0.25, 0.75, 0.75, 0, 0.5]) {
      result({ total_cost_usd: total });
    }
    result();
    assert.deepEqual(
      player.conversation.items.map((item) =>
        item.kind === "turn" ? item.costUsd : undefined,
      ),
      [0.25, 0.5, 0, 0, 0.5, null],
    );
  });

  it("tells once that the API refuses the sign-in, and that the turn failed for it", () => {
    const refusal = {
      type: "system",
      subtype: "api_retry",
      error_status: 401,
    };
    say(refusal);
    say(refusal);
    result({ is_error: true, terminal_reason: "aborted_streaming" });
    result();
    assert.deepEqual(
      player.conversation.items.map((item) =>
        item.kind === "turn" ? item.outcome : item.kind,
      ),
      ["notice", "failed", "completed"],
    );
  });

  it("does not give up for an API that is only overloaded", () => {
    say({ type: "system", subtype: "api_retry", error_status: 529 });
    assert.deepEqual(player.conversation.items, []);
  });

  it("shows why a turn failed, but not the CLI's own diagnostics", () => {
    result({
      is_error: true,
      errors: ["It broke.", "[ede_diagnostic] result_type=user"],
    });
    assert.deepEqual(
      player.conversation.items.map((item) =>
        item.kind === "notice" ? item.text : item.kind,
      ),
      ["It broke.", "turn"],
    );
  });

  it("reads a tool's output from text and from blocks", () => {
    const outputs = [
      "plain",
      [{ type: "text", text: "one" }, { type: "image" }, text("two")],
      { what: "ever" },
    ];
    for (const [index, content] of outputs.entries()) {
      whole("m1", bash(`t${index}`));
      say({
        type: "user",
        message: {
          content: [{ type: "tool_result", tool_use_id: `t${index}`, content }],
        },
      });
    }
    assert.deepEqual(
      player.conversation.items.map((item) =>
        item.kind === "tool" ? item.output : undefined,
      ),
      ["plain", "one\ntwo", ""],
    );
  });
});

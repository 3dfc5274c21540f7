import assert from "node:assert/strict";
import { parseWireLine } from "../../../src/cli/wire";
import { Translator } from "../../../src/session/translate/translator";
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

  it("tells whose words and tools a subagent's are", () => {
    whole("sub", text("I am a subagent"), "task");
    whole("sub", bash("t1"), "task");
    whole("m1", text("I am not"));
    assert.deepEqual(
      player.conversation.items.map((item) =>
        "parent" in item ? item.parent : undefined,
      ),
      ["task", "task", undefined],
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

  const tool = (id: string) =>
    player.conversation.items
      .filter((item) => item.kind === "tool")
      .find((item) => item.id === id);
  const answer = (
    id: string,
    content: unknown,
    more: Record<string, unknown> = {},
  ) => {
    const block = { type: "tool_result", tool_use_id: id, content };
    say({ type: "user", message: { content: [block] }, ...more });
  };
  const use = (id: string, name: string, input: Record<string, unknown>) =>
    whole(`m-${id}`, { type: "tool_use", id, name, input });

  it("does not hold on to pictures and patches that are too large", () => {
    const image = (data: string) => ({
      type: "image",
      source: { type: "base64", media_type: "image/png", data },
    });
    const hunk = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1 };
    const structuredPatch = [
      { ...hunk, lines: ["+a"] },
      { ...hunk, lines: ["+".repeat(64 * 1024)] },
    ];
    whole("m1", bash("t"));
    answer("t", [image("AA=="), image("A".repeat(1_500_001))], {
      tool_use_result: { structuredPatch },
    });
    assert.deepEqual(tool("t")?.images, [
      { mediaType: "image/png", data: "AA==" },
      { mediaType: "image/png", data: null },
    ]);
    assert.deepEqual(tool("t")?.patch, structuredPatch.slice(0, 1));
  });

  it("shows a tool as denied as soon as the CLI refuses it", () => {
    whole("m1", bash("t"));
    const denial = { subtype: "permission_denied", tool_use_id: "t" };
    say({ type: "system", ...denial, message: "Not in this mode." }, 5);
    assert.equal(tool("t")?.status, "denied");
    assert.equal(tool("t")?.output, "Not in this mode.");
  });

  it("interrupts a tool whose input was never written to its end", () => {
    start("m1");
    const block = { type: "tool_use", id: "t", name: "Bash" };
    const begun = { type: "content_block_start", index: 0 };
    say({ type: "stream_event", event: { ...begun, content_block: block } });
    assert.equal(tool("t")?.status, "preparing");
    result({ is_error: true, terminal_reason: "aborted_streaming" });
    assert.equal(tool("t")?.status, "interrupted");
  });

  it("keeps the agent's list as its tools leave it", () => {
    const todos = () =>
      player.conversation.todos.map((todo) => `${todo.subject} ${todo.status}`);
    const create = (id: string, subject: string) => {
      use(`c${id}`, "TaskCreate", { subject });
      answer(`c${id}`, "", { tool_use_result: { task: { id } } });
    };
    create("1", "Look");
    create("2", "Mend");
    const update = (id: string, input: Record<string, unknown>) => {
      use(id, "TaskUpdate", input);
      answer(id, "", { tool_use_result: { success: true } });
    };
    update("u1", { taskId: "1", status: "deleted" });
    update("u2", { taskId: "2", status: "in_progress", activeForm: "Mending" });
    update("u3", { taskId: "9", status: "completed" });
    assert.deepEqual(todos(), ["Mend in_progress"]);
    use("u4", "TaskUpdate", { taskId: "2", status: "completed" });
    answer("u4", "", { tool_use_result: { success: false } });
    assert.deepEqual(todos(), ["Mend in_progress"]);
    const listed = { id: "2", subject: "Mend all", status: "pending" };
    use("l", "TaskList", {});
    answer("l", "", { tool_use_result: { tasks: [listed] } });
    const [todo] = player.conversation.todos;
    assert.deepEqual(todo, { ...listed, activeForm: "Mending", blockedBy: [] });
    // What older versions have.
    const written = { content: "Rest", activeForm: "Resting" };
    use("w", "TodoWrite", { todos: [{ ...written, status: "pending" }] });
    answer("w", "");
    assert.deepEqual(todos(), ["Rest pending"]);
  });

  it("follows a task through its life", () => {
    const task = { type: "system", task_id: "k" };
    whole("m1", bash("t"));
    const states = [
      { subtype: "task_started", tool_use_id: "t", is_backgrounded: true },
      {
        subtype: "task_progress",
        description: "Looking",
        usage: { total_tokens: 7, tool_uses: 2 },
      },
      { subtype: "task_updated", patch: { status: "unheard of" } },
      { subtype: "task_notification", status: "failed" },
    ].map((line) => {
      say({ ...task, ...line });
      return tool("t")?.task;
    });
    const begun = {
      id: "k",
      status: "running",
      isInBackground: true,
      activity: null,
      tokens: null,
      toolUses: null,
    };
    const busy = { ...begun, activity: "Looking", tokens: 7, toolUses: 2 };
    const failed = { ...busy, status: "failed", activity: null };
    assert.deepEqual(states, [begun, busy, busy, failed]);
    const tasks = [{ task_id: "k", task_type: "local_bash" }];
    const changed = { type: "system", subtype: "background_tasks_changed" };
    say({ ...changed, tasks });
    assert.deepEqual(player.conversation.backgroundTasks, [
      { id: "k", kind: "local_bash", description: null },
    ]);
    player.endProcess(2);
    assert.deepEqual(player.conversation.backgroundTasks, []);
  });

  it("tells what the CLI repeats only when it changes", () => {
    const infos = () => player.events.filter(({ type }) => type === "info");
    const init = {
      type: "system",
      subtype: "init",
      model: "m",
      tools: ["Bash"],
    };
    say(init);
    say(init);
    say({ ...init, model: "n" });
    assert.deepEqual(infos(), [
      { type: "info", model: "m", tools: ["Bash"] },
      { type: "info", model: "n" },
    ]);
  });

  it("counts as used what the last request and its answer came to", () => {
    const used = () => player.conversation.context?.usedTokens;
    start("m1");
    assert.equal(used(), undefined);
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 200,
      cache_creation_input_tokens: 3_000,
      output_tokens: 1,
    };
    const message = { id: "m2", usage };
    say({ type: "stream_event", event: { type: "message_start", message } });
    const end = { type: "message_delta", usage: { output_tokens: 40_000 } };
    say({ type: "stream_event", event: end });
    assert.equal(used(), 43_210);
    result({ modelUsage: { m: { contextWindow: 200_000 } } });
    assert.equal(player.conversation.context?.windowTokens, 200_000);
  });

  it("shows what a command has printed that the CLI ran by itself", () => {
    const content = "<local-command-stdout>Model set</local-command-stdout>";
    say({ type: "user", uuid: "u", isReplay: true, message: { content } });
    assert.deepEqual(
      player.conversation.items.map((item) => "text" in item && item.text),
      ["Model set"],
    );
  });

  it("says that a hook which never came back has failed", () => {
    const hook = { hook_id: "h", hook_name: "Stop", hook_event: "Stop" };
    say({ type: "system", subtype: "hook_started", ...hook }, 10);
    player.endProcess(30);
    const [item] = player.conversation.items;
    assert.ok(item?.kind === "hook");
    assert.deepEqual([item.status, item.durationMs], ["failed", 20]);
  });

  it("says that a compaction has failed, when it told so or when it never ended", () => {
    const status = { type: "system", subtype: "status" };
    const outcomes = () =>
      player.conversation.items.flatMap((item) =>
        item.kind === "compaction" ? item.status : [],
      );
    say({ ...status, status: "compacting" });
    say({ ...status, status: "compacting" });
    assert.deepEqual(outcomes(), ["running"]);
    say({ ...status, status: null, compact_result: "failed" });
    say({ ...status, status: "compacting" });
    result();
    assert.deepEqual(outcomes(), ["failed", "failed"]);
  });
});

describe("The raw log", () => {
  it("keeps the last of the lines that nobody knows, and counts them all", () => {
    const translator = new Translator("p1");
    for (let index = 0; index < 250; index += 1) {
      const line = parseWireLine(JSON.stringify({ type: `new${index}` }));
      assert.deepEqual(translator.translate(line, index), []);
    }
    const { count, entries } = translator.rawLog;
    assert.equal(count, 250);
    assert.equal(entries.length, 200);
    assert.deepEqual(entries[0], {
      at: 50,
      what: "new50",
      text: '{"type":"new50"}',
    });
  });
});

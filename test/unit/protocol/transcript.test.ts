import assert from "node:assert/strict";
import type {
  Ask,
  Conversation,
  ConversationEvent,
  TranscriptItem,
} from "../../../src/protocol/conversation";
import type { Task } from "../../../src/protocol/items";
import {
  applyEvent,
  emptyConversation,
} from "../../../src/protocol/transcript";

const text = (id: string, words: string, streaming = false) =>
  ({ kind: "text", id, text: words, streaming }) as const;
const tool = {
  kind: "tool",
  id: "tool-1",
  name: "Bash",
  summary: "ls",
  detail: "ls",
  status: "running",
  output: null,
  startedAt: 1_000,
  durationMs: null,
} as const;
const ask: Ask = {
  id: "ask-1",
  toolUseId: "tool-1",
  toolName: "Bash",
  summary: "ls",
  detail: "ls",
  reason: null,
  askedAt: 1_000,
};
const task: Task = {
  id: "task-1",
  status: "running",
  isInBackground: true,
  activity: "Looking around",
  tokens: 12,
  toolUses: 1,
};
const items: TranscriptItem[] = [text("a", "A"), tool, text("b", "B")];

/** A conversation in which there is one of everything; frozen, so that a change in place throws. */
const full: Conversation = deepFreeze({
  ...emptyConversation("c", "/work"),
  items,
  queued: [
    { id: "q1", text: "one" },
    { id: "q2", text: "two" },
  ],
  asks: [ask],
});

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

const apply = (state: Conversation, ...events: ConversationEvent[]) =>
  events.reduce(applyEvent, state);

/** What differs from the state before. */
function changes(event: ConversationEvent): Partial<Conversation> {
  const after = applyEvent(full, event);
  return Object.fromEntries(
    Object.entries(after).filter(
      ([key, value]) => value !== full[key as keyof Conversation],
    ),
  );
}

describe("A conversation's events", () => {
  it("queue a prompt behind those that wait", () => {
    const prompt = { id: "q3", text: "three" };
    assert.deepEqual(changes({ type: "promptQueued", prompt }), {
      queued: [...full.queued, prompt],
    });
  });

  it("take a prompt back", () => {
    assert.deepEqual(changes({ type: "promptRemoved", id: "q1" }), {
      queued: [{ id: "q2", text: "two" }],
    });
  });

  it("move a prompt that was sent from the queue to the end of the transcript", () => {
    assert.deepEqual(changes({ type: "promptSent", id: "q2", at: 7 }), {
      title: "two",
      queued: [{ id: "q1", text: "one" }],
      items: [...items, { kind: "prompt", id: "q2", text: "two", at: 7 }],
    });
  });

  it("append to the block that the first delta made, until the whole block replaces it in its place", () => {
    const delta = (words: string) =>
      ({ type: "delta", id: "new", kind: "text", text: words }) as const;
    const begun = apply(full, delta("Hel"));
    assert.deepEqual(begun.items, [...items, text("new", "Hel", true)]);
    const after = apply(
      begun,
      { type: "item", item: text("later", "Later") },
      delta("lo"),
    );
    assert.deepEqual(after.items.slice(3), [
      text("new", "Hello", true),
      text("later", "Later"),
    ]);
    const whole = apply(after, { type: "item", item: text("new", "Hello!") });
    assert.deepEqual(whole.items.slice(3), [
      text("new", "Hello!"),
      text("later", "Later"),
    ]);
  });

  it("stream thinking as thinking", () => {
    const delta = { type: "delta", id: "t", kind: "thinking" } as const;
    const after = apply(
      full,
      { ...delta, text: "Hm" },
      { ...delta, text: "m." },
    );
    const [thinking] = after.items.slice(3);
    const expected = { kind: "thinking", id: "t", text: "Hmm." } as const;
    assert.deepEqual(thinking, { ...expected, streaming: true });
  });

  it("append an item that is new, and replace one that is known", () => {
    const notice = {
      kind: "notice",
      id: "n",
      tone: "info",
      text: "!",
    } as const;
    assert.deepEqual(changes({ type: "item", item: notice }), {
      items: [...items, notice],
    });
    const edited = text("a", "A, edited");
    assert.deepEqual(changes({ type: "item", item: edited }), {
      items: [edited, ...items.slice(1)],
    });
  });

  it("remove a block that was never completed", () => {
    assert.deepEqual(changes({ type: "itemRemoved", id: "b" }), {
      items: items.slice(0, 2),
    });
  });

  it("end a tool, with what it said and how long it took", () => {
    const ended = {
      type: "toolEnded",
      id: "tool-1",
      status: "failed",
      output: "no such file",
      at: 3_500,
    } as const;
    const expected = {
      ...tool,
      status: "failed",
      output: "no such file",
      durationMs: 2_500,
    };
    assert.deepEqual(changes(ended).items?.[1], expected);
    // A clock that was set back meanwhile.
    const [, early] = changes({ ...ended, at: 500 }).items ?? [];
    assert.deepEqual(early, { ...expected, durationMs: 0 });
  });

  it("show a tool's input while it is written, in as far as it is not too long", () => {
    const preparing = { ...tool, status: "preparing", detail: "" } as const;
    const input = (words: string) =>
      ({ type: "toolInput", id: "tool-1", text: words }) as const;
    const detailAfter = (...events: ConversationEvent[]) => {
      const state = { ...full, items: [...items.slice(2), preparing] };
      const item = apply(state, ...events).items.at(-1);
      return item?.kind === "tool" ? item.detail : undefined;
    };
    assert.equal(detailAfter(input('{"comm'), input('and":')), '{"command":');
    const long = "x".repeat(64 * 1024);
    assert.equal(detailAfter(input(long), input("y")), long);
  });

  it("end a tool with what it changed, showed and was allowed by", () => {
    const hunk = { oldStart: 1, oldLines: 0, newStart: 1, newLines: 1 };
    const more = {
      patch: [{ ...hunk, lines: ["+a"] }],
      images: [{ mediaType: "image/png", data: "AA==" }],
      decision: { decision: "accept" as const, source: "hook" },
    };
    const ended = { type: "toolEnded", id: "tool-1", status: "done" } as const;
    const event = { ...ended, output: "", at: 2_000, ...more };
    assert.deepEqual(changes(event).items?.[1], {
      ...tool,
      ...more,
      status: "done",
      output: "",
      durationMs: 1_000,
    });
  });

  it("tell what goes on behind a tool", () => {
    const event = { type: "toolTask", id: "tool-1", task } as const;
    assert.deepEqual(changes(event).items?.[1], { ...tool, task });
  });

  it("forget what the agent has forgotten", () => {
    const todo = {
      id: "1",
      subject: "Look",
      activeForm: null,
      status: "pending",
      blockedBy: [],
    } as const;
    const context = { usedTokens: 5, windowTokens: 10 };
    const before = apply(
      full,
      { type: "todos", todos: [{ ...todo, blockedBy: [] }] },
      { type: "context", context },
    );
    assert.deepEqual([before.todos, before.context], [[todo], context]);
    const after = applyEvent(before, { type: "reset" });
    assert.deepEqual([after.todos, after.context], [[], null]);
    assert.equal(after.items, before.items);
  });

  it("open an ask, once, and close it", () => {
    const other = { ...ask, id: "ask-2" };
    assert.deepEqual(changes({ type: "askOpened", ask: other }), {
      asks: [ask, other],
    });
    const again = { ...ask, summary: "ls -l" };
    assert.deepEqual(changes({ type: "askOpened", ask: again }), {
      asks: [again],
    });
    for (const outcome of ["allow", "deny", "void"] as const) {
      const closed = { type: "askClosed", id: "ask-1", outcome } as const;
      assert.deepEqual(changes({ ...closed, by: null }), { asks: [] });
    }
  });

  it("tell what the conversation is doing", () => {
    assert.deepEqual(changes({ type: "activity", activity: "running" }), {
      activity: "running",
    });
  });

  it("tell what is known of the CLI, and keep what is not told again", () => {
    const state = apply(
      full,
      { type: "info", model: "m", permissionMode: "plan", cliVersion: "2" },
      { type: "info", permissionMode: "default", tools: ["Bash"] },
      { type: "info", sessionId: "s" },
    );
    const { model, permissionMode, cliVersion, tools, sessionId } = state;
    assert.deepEqual(
      [model, permissionMode, cliVersion, tools, sessionId],
      ["m", "default", "2", ["Bash"], "s"],
    );
  });

  it("about something that is not known change nothing, and give the same state back", () => {
    const events: ConversationEvent[] = [
      { type: "promptRemoved", id: "?" },
      { type: "promptSent", id: "?", at: 1 },
      { type: "itemRemoved", id: "?" },
      { type: "toolEnded", id: "?", status: "done", output: null, at: 1 },
      // There is such an item, but it is no tool.
      { type: "toolEnded", id: "a", status: "done", output: null, at: 1 },
      { type: "toolInput", id: "?", text: "{" },
      // It is not being prepared any more.
      { type: "toolInput", id: "tool-1", text: "{" },
      { type: "toolTask", id: "a", task },
      { type: "promptEnded", id: "?", outcome: "done" },
      { type: "askClosed", id: "?", outcome: "allow", by: "chat" },
    ];
    for (const event of events) {
      assert.equal(applyEvent(full, event), full, event.type);
    }
  });

  it("leave the identity of every item that they do not change", () => {
    const events: ConversationEvent[] = [
      { type: "promptSent", id: "q1", at: 1 },
      { type: "delta", id: "b", kind: "text", text: "!" },
      { type: "item", item: text("b", "B, whole") },
      { type: "itemRemoved", id: "b" },
      { type: "activity", activity: "running" },
    ];
    for (const event of events) {
      const after = applyEvent(full, event);
      assert.equal(after.items[0], items[0], event.type);
      assert.equal(after.items[1], items[1], event.type);
      assert.equal(after.asks, full.asks, event.type);
    }
  });
});

describe("A conversation's title", () => {
  const titleAfter = (...prompts: string[]) =>
    prompts.reduce(
      (state, prompt, index) =>
        apply(
          state,
          { type: "promptQueued", prompt: { id: `p${index}`, text: prompt } },
          { type: "promptSent", id: `p${index}`, at: index },
        ),
      emptyConversation("c", "/work"),
    ).title;

  it("says that it is new, until the first prompt is sent", () => {
    assert.equal(titleAfter(), "New conversation");
    assert.equal(titleAfter("Mend the build"), "Mend the build");
    assert.equal(
      titleAfter("Mend the build", "And the tests"),
      "Mend the build",
    );
  });

  it("is the prompt's first line", () => {
    assert.equal(
      titleAfter("\n  Mend the build \nIt fails.\n"),
      "Mend the build",
    );
  });

  it("is cut where it is too long", () => {
    assert.equal(titleAfter("x".repeat(60)), "x".repeat(60));
    assert.equal(titleAfter("x".repeat(61)), `${"x".repeat(59)}…`);
  });

  it("holds no half character where it was cut", () => {
    for (const before of ["", "x"]) {
      const title = titleAfter(before + "🙂".repeat(60));
      assert.equal(Buffer.from(title).toString(), title);
      assert.ok(title.length <= 60 && title.endsWith("🙂…"), title);
    }
  });
});

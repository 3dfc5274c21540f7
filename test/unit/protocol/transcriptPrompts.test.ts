import assert from "node:assert/strict";
import type {
  Conversation,
  ConversationEvent,
} from "../../../src/protocol/conversation";
import {
  applyEvent,
  emptyConversation,
} from "../../../src/protocol/transcript";

const apply = (state: Conversation, ...events: ConversationEvent[]) =>
  events.reduce(applyEvent, state);

describe("A conversation's prompts", () => {
  const sent = (...prompts: [id: string, words: string][]) =>
    apply(
      emptyConversation("c", "/work"),
      ...prompts.flatMap(([id, words]): ConversationEvent[] => [
        { type: "promptQueued", prompt: { id, text: words } },
        { type: "promptSent", id, at: 1 },
      ]),
    );
  const seen = (id: string, words: string) =>
    ({ type: "promptSeen", id, text: words, at: 2 }) as const;
  const promptsOf = (state: Conversation) =>
    state.items.flatMap((item) =>
      item.kind === "prompt" ? [[item.id, item.seenAs]] : [],
    );

  it("end once, whatever is said afterwards", () => {
    const failure = { kind: "server", message: "500" } as const;
    const after = apply(
      sent(["p", "ok"], ["q", "ok"]),
      { type: "promptEnded", id: "p", outcome: "failed", failure },
      { type: "promptEnded", id: "p", outcome: "done" },
    );
    const ends = after.items.map((item) => [
      item.kind === "prompt" && item.outcome,
      item.kind === "prompt" && item.failure,
    ]);
    assert.deepEqual(ends, [
      ["failed", failure],
      [undefined, undefined],
    ]);
  });

  it("know their echoes by the id, however often it comes", () => {
    const after = apply(sent(["p", "ok"]), seen("p", "ok"), seen("p", "ok"));
    assert.deepEqual(promptsOf(after), [["p", "p"]]);
    const images = [{ mediaType: "image/png", data: "AA==" }];
    const [item] = apply(sent(["p", "ok"]), {
      ...seen("p", "ok"),
      images,
    }).items;
    assert.deepEqual(item?.kind === "prompt" && item.images, images);
    // The echo first.
    const early = apply(
      emptyConversation("c", "/work"),
      { type: "promptQueued", prompt: { id: "p", text: "ok" } },
      seen("p", "ok"),
      { type: "promptSent", id: "p", at: 3 },
    );
    assert.deepEqual(promptsOf(early), [["p", "p"]]);
    assert.deepEqual(early.queued, []);
  });

  it("know an echo with another id by its words, one for each prompt", () => {
    const two = sent(["p", "ok"], ["q", "ok"]);
    const after = apply(two, seen("x", "ok"), seen("y", "ok"));
    assert.deepEqual(promptsOf(after), [
      ["p", "x"],
      ["q", "y"],
    ]);
    assert.deepEqual(promptsOf(apply(after, seen("z", "ok"))), [
      ["p", "x"],
      ["q", "y"],
      ["z", "z"],
    ]);
    assert.deepEqual(promptsOf(apply(two, seen("x", "no")))[2], ["x", "x"]);
    // An end is told by the id that the CLI has for it.
    const end = { type: "promptEnded", id: "y", outcome: "done" } as const;
    const [, item] = apply(after, end).items;
    assert.equal(item?.kind === "prompt" && item.outcome, "done");
  });

  it("let an echo find another twin when the one it had was another's", () => {
    const after = apply(sent(["q", "ok"]), seen("x", "ok"), seen("q", "ok"));
    assert.deepEqual(promptsOf(after), [
      ["q", "q"],
      ["x", "x"],
    ]);
  });

  it("begin a conversation with a prompt that comes from elsewhere", () => {
    const empty = emptyConversation("c", "/work");
    const images = [{ mediaType: "image/png", data: null }];
    const { title, items: after } = applyEvent(empty, {
      ...seen("x", "Look at this"),
      images,
    });
    assert.equal(title, "Look at this");
    assert.deepEqual(after, [
      {
        kind: "prompt",
        id: "x",
        text: "Look at this",
        at: 2,
        seenAs: "x",
        images,
      },
    ]);
  });
});

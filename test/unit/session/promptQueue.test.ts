import assert from "node:assert/strict";
import type { ConversationEvent } from "../../../src/protocol/conversation";
import {
  applyEvent,
  emptyConversation,
} from "../../../src/protocol/transcript";
import { maxPrompts, PromptQueue } from "../../../src/session/promptQueue";

describe("The queue of prompts", () => {
  let queue: PromptQueue;
  let events: ConversationEvent[];
  beforeEach(() => {
    queue = new PromptQueue(() => 5);
    events = [];
    queue.onDidChange((event) => events.push(event));
  });
  afterEach(() => queue.dispose());

  const add = (...ids: string[]) => {
    for (const id of ids) {
      assert.equal(queue.add({ id, text: id, images: [] }), "queued");
    }
  };
  const waiting = () => queue.waiting.map(({ id }) => id);
  /** What a view that has applied the events shows: it must be what is so. */
  const shown = () =>
    events
      .reduce(applyEvent, emptyConversation("c", "/"))
      .queued.map(({ id, text }) => `${id}:${text}`);

  afterEach(() => {
    const truth = queue.waiting.map(({ id, text }) => `${id}:${text}`);
    assert.deepEqual(shown(), truth, "A view shows something else.");
  });

  it("gives the first, and no other while that is in flight", () => {
    add("a", "b");
    assert.equal(queue.next()?.id, "a");
    queue.wrote("a", "turn");
    assert.equal(queue.next(), undefined);
    queue.started("a");
    assert.equal(queue.next(), undefined);
    assert.deepEqual(waiting(), ["b"]);
    queue.ended("a");
    assert.equal(queue.next()?.id, "b");
  });

  it("takes a hundred and refuses the next", () => {
    add(...Array.from({ length: maxPrompts }, (_, index) => `p${index}`));
    const more = { id: "more", text: "", images: [] };
    assert.equal(queue.add(more), "full");
    queue.remove("p50");
    assert.equal(queue.add(more), "queued");
  });

  it("refuses more than it can hold in bytes, pictures included", () => {
    const data = "A".repeat(4 * 1024 * 1024);
    const images = Array.from({ length: 20 }, () => ({
      mediaType: "image/png" as const,
      data,
    }));
    assert.equal(queue.add({ id: "a", text: "", images }), "queued");
    assert.equal(queue.add({ id: "b", text: "", images }), "tooLarge");
    assert.deepEqual(events, [
      {
        type: "promptQueued",
        prompt: { id: "a", text: "", imageCount: 20 },
      },
    ]);
  });

  it("changes, takes back and moves what waits", () => {
    add("a", "b", "c", "d");
    assert.ok(queue.edit("b", "changed"));
    assert.ok(queue.remove("c"));
    assert.ok(queue.move("d", 0));
    assert.ok(queue.move("a", 99));
    assert.deepEqual(shown(), ["d:d", "b:changed", "a:a"]);
  });

  it("leaves alone what the process has, and lets nothing before it", () => {
    add("a", "b", "c");
    queue.wrote("a", "turn");
    assert.ok(!queue.edit("a", "x"));
    assert.ok(!queue.remove("a"));
    assert.ok(!queue.move("a", 2));
    assert.ok(queue.move("c", 0));
    assert.deepEqual(waiting(), ["a", "c", "b"]);
    for (const act of [
      () => queue.edit("gone", ""),
      () => queue.remove("gone"),
      () => queue.move("gone", 0),
    ]) {
      assert.ok(!act());
    }
  });

  it("has what a process did not begin with in front again, in its order", () => {
    add("a", "b", "c", "d");
    queue.wrote("a", "turn");
    queue.started("a");
    queue.wrote("d", "steered");
    queue.wrote("c", "steered");
    assert.deepEqual(waiting(), ["d", "c", "b"]);
    queue.processEnded();
    assert.deepEqual(waiting(), ["d", "c", "b"]);
    assert.equal(queue.next()?.id, "d");
  });

  it("has a prompt that was steered in flight with the one that it joins", () => {
    add("a", "b", "c");
    queue.wrote("a", "turn");
    queue.started("a");
    queue.wrote("c", "steered");
    queue.started("c");
    queue.ended("a");
    assert.equal(queue.next(), undefined);
    queue.ended("c");
    assert.equal(queue.next()?.id, "b");
  });

  it("ends each prompt once", () => {
    add("a");
    queue.wrote("a", "turn");
    assert.ok(!queue.ended("a"));
    queue.started("a");
    queue.started("a");
    assert.ok(queue.ended("a"));
    assert.ok(!queue.ended("a"));
    assert.ok(!queue.isBusy);
  });
});

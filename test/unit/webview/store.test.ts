import assert from "node:assert/strict";
import type { ToWebview } from "../../../src/protocol/chatMessages";
import { emptyConversation } from "../../../src/protocol/transcript";
import {
  applyMessage,
  type ChatState,
  ChatStore,
} from "../../../webview/store";
import { ready } from "./modelHost";

const snapshot: ToWebview = {
  type: "snapshot",
  conversation: emptyConversation("c", "/work"),
  surroundings: ready,
};
const delta = (id: string, text: string): ToWebview => ({
  type: "event",
  event: { type: "delta", id, kind: "text", text },
});

function stateAfter(...messages: ToWebview[]): ChatState {
  const state = messages.reduce<ChatState | null>(applyMessage, null);
  assert.ok(state);
  return state;
}

describe("applyMessage", () => {
  it("knows nothing before a snapshot", () => {
    assert.equal(applyMessage(null, delta("t", "a")), null);
  });

  it("takes all from a snapshot", () => {
    const before = stateAfter(snapshot, delta("t", "a"));
    assert.deepEqual(applyMessage(before, snapshot), {
      conversation: snapshot.conversation,
      surroundings: ready,
    });
  });

  it("keeps the items that an event does not touch identical, as the memos look at that", () => {
    const before = stateAfter(snapshot, delta("t", "a"), delta("u", "b"));
    const after = applyMessage(before, delta("u", "c"));
    assert.equal(after?.conversation.items[0], before.conversation.items[0]);
    assert.notEqual(after?.conversation.items[1], before.conversation.items[1]);
  });

  it("gives the same state back for an event that changes nothing", () => {
    const before = stateAfter(snapshot);
    const after = applyMessage(before, {
      type: "event",
      event: {
        type: "toolEnded",
        id: "unknown",
        status: "done",
        output: null,
        at: 0,
      },
    });
    assert.deepEqual(after, before);
  });

  it("replaces the surroundings alone", () => {
    const before = stateAfter(snapshot);
    const surroundings = { ...ready, isDemo: true };
    const after = applyMessage(before, { type: "surroundings", surroundings });
    assert.deepEqual(after?.surroundings, surroundings);
    assert.equal(after.conversation, before.conversation);
  });
});

describe("ChatStore", () => {
  it("shows a burst of messages once, with the next frame", () => {
    const frames: (() => void)[] = [];
    const store = new ChatStore((run) => frames.push(run));
    let renderings = 0;
    store.subscribe(() => (renderings += 1));
    for (const message of [snapshot, delta("t", "a"), delta("t", "b")]) {
      store.apply(message);
    }
    assert.equal(store.shown(), null);
    assert.equal(frames.length, 1);
    for (const run of frames) {
      run();
    }
    assert.equal(renderings, 1);
    assert.equal(store.shown(), store.applied);
  });

  it("tells nobody who has unsubscribed", () => {
    const store = new ChatStore((run) => run());
    let renderings = 0;
    store.subscribe(() => (renderings += 1))();
    store.apply(snapshot);
    assert.equal(renderings, 0);
  });
});

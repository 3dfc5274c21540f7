import assert from "node:assert/strict";
import { Bridge } from "../../../src/bridge/bridge";
import type { WebviewRequest } from "../../../src/bridge/dispatch";
import { nullLogger } from "../../../src/base/log";
import type { Envelope, ToWebview } from "../../../src/protocol/chatMessages";
import { emptyConversation } from "../../../src/protocol/transcript";

const event = (text: string): ToWebview => ({
  type: "event",
  event: { type: "delta", id: "t", kind: "text", text },
});

describe("The bridge", () => {
  let bridge: Bridge;
  let posted: Envelope[];
  let requests: WebviewRequest[];
  let warnings: string[];
  let state: string;
  beforeEach(() => {
    [posted, requests, warnings] = [[], [], []];
    state = "first";
    let epochs = 0;
    bridge = new Bridge({
      post: (envelope) => posted.push(envelope),
      snapshot: () => snapshot(),
      onMessage: (message) => requests.push(message),
      newEpoch: () => `epoch ${++epochs}`,
      log: { ...nullLogger, warn: (message) => warnings.push(message) },
    });
  });
  afterEach(() => bridge.dispose());

  const snapshot = (): ToWebview => ({
    type: "snapshot",
    conversation: { ...emptyConversation("c", "/work"), title: state },
    surroundings: {
      readiness: { kind: "ready" },
      isDemo: false,
      signedInAs: null,
    },
  });
  const hello = (last: { epoch: string; seq: number } | null) =>
    bridge.receive({ type: "hello", last });
  /** What was posted since the last look, short. */
  const news = () =>
    posted
      .splice(0)
      .map(({ epoch, seq, body }) => `${epoch} ${seq} ${wordsOf(body)}`);

  function wordsOf(body: ToWebview): string {
    switch (body.type) {
      case "snapshot":
        return `snapshot ${body.conversation.title}`;
      case "event":
        return "text" in body.event ? body.event.text : "event";
      default:
        return body.type;
    }
  }

  it("sends nothing before the webview has said hello", () => {
    bridge.send(event("a"));
    bridge.restart();
    assert.deepEqual(news(), []);
  });

  it("answers the first hello with a snapshot, and goes on from there", () => {
    bridge.send(event("a"));
    state = "state with a";
    hello(null);
    bridge.send(event("b"));
    assert.deepEqual(news(), [
      "epoch 1 1 snapshot state with a",
      "epoch 1 2 b",
    ]);
  });

  it("answers a reloaded webview with a snapshot in a new epoch", () => {
    hello(null);
    bridge.send(event("a"));
    state = "second";
    news();
    hello(null);
    bridge.send(event("b"));
    assert.deepEqual(news(), ["epoch 2 1 snapshot second", "epoch 2 2 b"]);
  });

  it("replays just what is missing", () => {
    hello(null);
    ["a", "b", "c"].forEach((text) => bridge.send(event(text)));
    news();
    hello({ epoch: "epoch 1", seq: 2 });
    assert.deepEqual(news(), ["epoch 1 3 b", "epoch 1 4 c"]);
    hello({ epoch: "epoch 1", seq: 4 });
    assert.deepEqual(news(), []);
  });

  it("replays what is missing as often as it is missed", () => {
    hello(null);
    bridge.send(event("a"));
    hello({ epoch: "epoch 1", seq: 1 });
    hello({ epoch: "epoch 1", seq: 1 });
    assert.deepEqual(news().slice(1), Array(3).fill("epoch 1 2 a"));
  });

  const stale: [string, { epoch: string; seq: number }][] = [
    ["an epoch that is not known", { epoch: "epoch 0", seq: 1 }],
    ["a number that was never given", { epoch: "epoch 1", seq: 9 }],
    [
      "something older than what it has acknowledged",
      { epoch: "epoch 1", seq: 1 },
    ],
  ];
  for (const [what, last] of stale) {
    it(`answers hello from ${what} with a snapshot in a new epoch`, () => {
      hello(null);
      bridge.send(event("a"));
      bridge.send(event("b"));
      bridge.receive({ type: "ack", epoch: "epoch 1", seq: 2 });
      news();
      hello(last);
      assert.deepEqual(news(), ["epoch 2 1 snapshot first"]);
    });
  }

  it("answers with a snapshot when too much was missed to be kept", () => {
    hello(null);
    for (let count = 0; count < 5_000; count++) {
      bridge.send(event("."));
    }
    news();
    hello({ epoch: "epoch 1", seq: 1 });
    assert.equal(news().length, 5_000);
    bridge.send(event("."));
    news();
    hello({ epoch: "epoch 1", seq: 1 });
    assert.deepEqual(news(), ["epoch 2 1 snapshot first"]);
  });

  it("takes no acknowledgement of another epoch", () => {
    hello(null);
    bridge.send(event("a"));
    bridge.receive({ type: "ack", epoch: "epoch 0", seq: 2 });
    news();
    hello({ epoch: "epoch 1", seq: 1 });
    assert.deepEqual(news(), ["epoch 1 2 a"]);
  });

  it("starts anew with a snapshot when the webview is to show something else", () => {
    hello(null);
    bridge.send(event("a"));
    news();
    state = "another conversation";
    bridge.restart();
    assert.deepEqual(news(), ["epoch 2 1 snapshot another conversation"]);
    // A hello that was under way meanwhile.
    hello({ epoch: "epoch 1", seq: 1 });
    assert.deepEqual(news(), ["epoch 3 1 snapshot another conversation"]);
  });

  it("hands on what the webview asks for", () => {
    bridge.receive({ type: "interrupt" });
    bridge.receive({ type: "answerAsk", id: "r", decision: "deny" });
    assert.deepEqual(requests, [
      { type: "interrupt" },
      { type: "answerAsk", id: "r", decision: "deny" },
    ]);
    assert.deepEqual([news(), warnings], [[], []]);
  });

  it("drops what is no message of ours, and warns of it without repeating it", () => {
    const odd = [
      undefined,
      "hello",
      { type: "hello" },
      { type: "evaluate", code: "secret" },
      { type: "answerAsk", id: "r", decision: "always" },
    ];
    odd.forEach((value) => bridge.receive(value));
    assert.equal(warnings.length, odd.length);
    assert.ok(!warnings.join().includes("secret"));
    assert.deepEqual([news(), requests], [[], []]);
  });

  it("is still after its end", () => {
    hello(null);
    bridge.send(event("a"));
    news();
    bridge.dispose();
    bridge.send(event("b"));
    bridge.restart();
    hello({ epoch: "epoch 1", seq: 1 });
    bridge.receive({ type: "interrupt" });
    assert.deepEqual([news(), requests], [[], []]);
  });
});

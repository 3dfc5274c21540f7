import assert from "node:assert/strict";
import fc from "fast-check";
import { nullLogger } from "../../../src/base/log";
import { Bridge } from "../../../src/bridge/bridge";
import type { Envelope, FromWebview } from "../../../src/protocol/chatMessages";
import type { Conversation } from "../../../src/protocol/conversation";
import {
  applyEvent,
  emptyConversation,
} from "../../../src/protocol/transcript";

/** The smallest webview that keeps the rules: applies in order, and says hello where it sees a gap. */
class ModelWebview {
  state: Conversation | undefined;
  last: { epoch: string; seq: number } | null = null;
  hellos = 0;

  constructor(private readonly post: (message: FromWebview) => void) {}

  hello(): void {
    this.hellos += 1;
    this.post({ type: "hello", last: this.last });
  }

  receive({ epoch, seq, body }: Envelope): void {
    if (body.type === "snapshot") {
      this.state = body.conversation;
      this.last = { epoch, seq };
    } else if (epoch !== this.last?.epoch || seq > this.last.seq + 1) {
      this.hello();
    } else if (seq === this.last.seq + 1) {
      assert.ok(this.state && body.type === "event");
      this.state = applyEvent(this.state, body.event);
      this.last = { epoch, seq };
    }
  }

  acknowledge(): void {
    if (this.last) {
      this.post({ type: "ack", ...this.last });
    }
  }
}

/** A host, its bridge and one webview, with wires that hold messages until a step lets them through. */
class Pair {
  conversation = emptyConversation("c0", "/work");
  readonly #toWebview: Envelope[] = [];
  readonly #toHost: FromWebview[] = [];
  #webview = this.#newWebview();
  #count = 0;
  readonly #bridge = new Bridge({
    post: (envelope) => this.#toWebview.push(envelope),
    snapshot: () => ({
      type: "snapshot",
      conversation: this.conversation,
      surroundings: {
        readiness: { kind: "ready" },
        isDemo: false,
        signedInAs: null,
      },
    }),
    onMessage: () => assert.fail("the model webview asks for nothing"),
    newEpoch: () => `epoch ${++this.#count}`,
    log: nullLogger,
  });

  readonly steps = {
    emit: () => this.emit(),
    deliver: () => this.#deliver(),
    lose: () => void this.#toWebview.shift(),
    hear: () => this.#hear(),
    acknowledge: () => this.#webview.acknowledge(),
    hello: () => this.#webview.hello(),
    reload: () => {
      // What was under way to the old page is gone with it; what it had said is not.
      this.#toWebview.length = 0;
      this.#webview = this.#newWebview();
      this.#webview.hello();
    },
    switchConversation: () => {
      this.conversation = emptyConversation(`c${++this.#count}`, "/work");
      this.#bridge.restart();
    },
  };

  get shown(): Conversation | undefined {
    return this.#webview.state;
  }

  get hellos(): number {
    return this.#webview.hellos;
  }

  emit(): void {
    const text = `${++this.#count} `;
    const event = { type: "delta", id: "t", kind: "text", text } as const;
    this.conversation = applyEvent(this.conversation, event);
    this.#bridge.send({ type: "event", event });
  }

  /** Nothing is lost from here on. */
  settle(): void {
    this.#webview.hello();
    while (this.#toHost.length + this.#toWebview.length > 0) {
      this.#hear();
      this.#deliver();
    }
  }

  dispose(): void {
    this.#bridge.dispose();
  }

  #newWebview(): ModelWebview {
    return new ModelWebview((message) => this.#toHost.push(message));
  }

  #deliver(): void {
    const envelope = this.#toWebview.shift();
    if (envelope) {
      this.#webview.receive(envelope);
    }
  }

  #hear(): void {
    const message = this.#toHost.shift();
    if (message) {
      this.#bridge.receive(message);
    }
  }
}

describe("The bridge under a random schedule", function () {
  this.timeout(20_000);
  const often = ["emit", "deliver", "deliver", "hear", "hear"] as const;
  const seldom = [
    "lose",
    "acknowledge",
    "hello",
    "reload",
    "switchConversation",
  ] as const;
  const schedule = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...often) },
      { weight: 1, arbitrary: fc.constantFrom(...seldom) },
    ),
    { maxLength: 120 },
  );

  it("brings the webview to the host's state, whatever was lost or reloaded on the way", () => {
    fc.assert(
      fc.property(schedule, (steps) => {
        const pair = new Pair();
        try {
          steps.forEach((step) => pair.steps[step]());
          pair.settle();
          assert.deepEqual(pair.shown, pair.conversation);
          // And it is live: the next event needs no hello.
          const { hellos } = pair;
          pair.emit();
          pair.steps.deliver();
          assert.deepEqual(pair.shown, pair.conversation);
          assert.equal(pair.hellos, hellos);
        } finally {
          pair.dispose();
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

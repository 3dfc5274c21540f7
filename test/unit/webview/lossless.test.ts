import assert from "node:assert/strict";
import fc from "fast-check";
import { nullLogger } from "../../../src/base/log";
import { Bridge } from "../../../src/bridge/bridge";
import type { Envelope } from "../../../src/protocol/chatMessages";
import {
  applyEvent,
  emptyConversation,
} from "../../../src/protocol/transcript";
import { type Host, LossyNetwork, type Step } from "./lossyNetwork";
import { ModelHost, ready } from "./modelHost";

const pick = fc.nat(1000);
const how = fc.constantFrom("deliver", "deliver", "deliver", "drop", "repeat");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ do: "emit" }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom("toWebview", "toHost"),
      how,
      // Mostly in order, as the real thing is: only then do long runs get through.
      pick: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, pick),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("reloadWebview", "restartHost", "wait", "wait"),
    }),
  },
);
const schedule = fc.array(step, { maxLength: 80 });

async function check(
  makeHost: (post: (envelope: Envelope) => void) => Host,
  steps: Step[],
): Promise<void> {
  const network = new LossyNetwork(makeHost);
  try {
    for (const each of steps) {
      await network.run(each);
    }
    await network.settle();
    assert.deepEqual(network.webviewState, network.hostState);
  } finally {
    network.dispose();
  }
}

describe("The bridge over a network that drops, repeats, reorders and reloads", () => {
  it("ends with the host's state, nothing lost and nothing doubled", async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        schedule,
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        (steps, keeps, isSnapshotNumbered) =>
          check(
            (post) => new ModelHost(post, { keeps, isSnapshotNumbered }),
            steps,
          ),
      ),
      { numRuns: 1500 },
    );
  });

  it("does so with the extension's own end of the bridge", async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(schedule, (steps) => {
        const hosts: RealHost[] = [];
        const made = (post: (envelope: Envelope) => void) => {
          const host = new RealHost(post);
          hosts.push(host);
          return host;
        };
        return check(made, steps).finally(() =>
          hosts.forEach((host) => host.dispose()),
        );
      }),
      { numRuns: 1500 },
    );
  });
});

/** The bridge that the extension host uses, with a conversation behind it. */
class RealHost implements Host {
  conversation = emptyConversation("c", "/work");
  #epochs = 0;
  readonly #bridge: Bridge;

  constructor(post: (envelope: Envelope) => void) {
    this.#bridge = new Bridge({
      post,
      snapshot: () => ({
        type: "snapshot",
        conversation: this.conversation,
        surroundings: ready,
      }),
      onMessage: () => {
        throw new Error("The connection posts nothing but hello and ack.");
      },
      newEpoch: () => `epoch ${++this.#epochs}`,
      log: nullLogger,
    });
  }

  emit(event: Parameters<Host["emit"]>[0]): void {
    this.conversation = applyEvent(this.conversation, event);
    this.#bridge.send({ type: "event", event });
  }

  receive(message: Parameters<Host["receive"]>[0]): void {
    this.#bridge.receive(message);
  }

  /** A host that starts anew starts its webviews anew; while both live it can only show something else. */
  restart(): void {
    this.#bridge.restart();
  }

  dispose(): void {
    this.#bridge.dispose();
  }
}

import {
  type FromRelay,
  initialRelayStatus,
  type RelayEnding,
  relayProtocol,
  type ToRelay,
} from "../../src/protocol/delivery";
import type { Attachment } from "../../src/relay/attach";
import type { FindOptions, FindOutcome } from "../../src/relay/relayFinder";

/** A relay as a window sees it. */
class FakeRelay implements Attachment {
  readonly sent: ToRelay[] = [];
  isDisposed = false;
  #end!: (how: RelayEnding | undefined) => void;
  readonly ended = new Promise<RelayEnding | undefined>((resolve) => {
    this.#end = resolve;
  });

  constructor(private readonly hear: FindOptions["onMessage"]) {}

  send(message: ToRelay): void {
    this.sent.push(message);
  }

  say(message: FromRelay): void {
    this.hear(message);
  }

  sayStatus(changes: Partial<typeof initialRelayStatus> = {}): void {
    const connection = "online";
    const status = { ...initialRelayStatus, connection, ...changes } as const;
    this.say({ type: "status", status });
  }

  /** As when it is killed. */
  die(): void {
    this.#end(undefined);
  }

  end(reason: RelayEnding): void {
    this.say({ type: "ending", reason });
    this.#end(reason);
  }

  dispose(): void {
    this.isDisposed = true;
    this.#end(undefined);
  }
}

/** What there is to be found, from the start: a relay, which is started if need be. */
export class FakeFinder {
  relays: FakeRelay[] = [];
  /** How often a relay was started. */
  starts = 0;
  looks = 0;
  isThereOne = false;
  identity = { protocol: relayProtocol, build: "2" };
  instead: FindOutcome | undefined;

  find({ mayStart, signal, onMessage }: FindOptions): Promise<FindOutcome> {
    this.looks += 1;
    if (signal.aborted || (!mayStart() && !this.isThereOne)) {
      return Promise.resolve({ kind: "none" });
    }
    if (!this.isThereOne) {
      this.starts += 1;
    }
    if (this.instead) {
      return Promise.resolve(this.instead);
    }
    const attachment = new FakeRelay(onMessage);
    this.relays.push(attachment);
    const relay = this.identity;
    return Promise.resolve({ kind: "attached", attachment, relay });
  }
}

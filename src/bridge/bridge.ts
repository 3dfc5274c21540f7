import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import {
  type Envelope,
  fromWebviewSchema,
  type ToWebview,
} from "../protocol/chatMessages";
import { validate } from "../protocol/validate";
import type { WebviewRequest } from "./dispatch";
import { ReplayBuffer } from "./replayBuffer";

export interface BridgeDeps {
  /** Hands an envelope to the webview. What is lost on the way is noticed by its number. */
  post(envelope: Envelope): void;
  /** The whole state as it is now, as a `snapshot` message. */
  snapshot(): ToWebview;
  /** Everything from the webview but the bridge's own hello and ack. */
  onMessage(message: WebviewRequest): void;
  newEpoch(): string;
  log: Logger;
}

const limits = { maxMessages: 5_000, maxSize: 8 * 1024 * 1024 };

/**
 * The host's end of the connection to one webview: hello → replay (or a
 * snapshot) → live. Until the first hello nothing is sent or kept, since the
 * snapshot will hold it. A webview that was reloaded says hello with nothing,
 * one that saw a gap says hello with the last number it has.
 */
export class Bridge extends Disposable {
  #buffer: ReplayBuffer | undefined;

  constructor(private readonly deps: BridgeDeps) {
    super();
  }

  send(body: ToWebview): void {
    if (this.#buffer && !this.isDisposed) {
      this.deps.post(this.#buffer.add(body));
    }
  }

  /** The webview now shows something else: whatever it has is void. */
  restart(): void {
    if (this.#buffer) {
      this.#sendSnapshot();
    }
  }

  /** Takes whatever the webview posted; what is not a message of ours is dropped. */
  receive(value: unknown): void {
    if (this.isDisposed) {
      return;
    }
    const message = validate(fromWebviewSchema, value);
    if (!message) {
      this.deps.log.warn("The chat sent a message of an unknown kind.");
      return;
    }
    switch (message.type) {
      case "hello":
        this.#hello(message.last);
        break;
      case "ack":
        if (message.epoch === this.#buffer?.epoch) {
          this.#buffer.acknowledge(message.seq);
        }
        break;
      default:
        this.deps.onMessage(message);
    }
  }

  #hello(last: { epoch: string; seq: number } | null): void {
    const missed =
      last && last.epoch === this.#buffer?.epoch
        ? this.#buffer.after(last.seq)
        : undefined;
    if (missed === undefined) {
      this.#sendSnapshot();
      return;
    }
    for (const envelope of missed) {
      this.deps.post(envelope);
    }
  }

  /** A snapshot opens a new epoch, so that nothing older can be mistaken for what follows it. */
  #sendSnapshot(): void {
    this.#buffer = new ReplayBuffer(this.deps.newEpoch(), limits);
    this.send(this.deps.snapshot());
  }
}

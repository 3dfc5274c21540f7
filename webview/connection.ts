import type { Clock } from "../src/base/clock";
import type { Event } from "../src/base/event";
import { Disposable, type DisposableLike } from "../src/base/lifecycle";
import {
  type Envelope,
  envelopeSchema,
  type FromWebview,
  type ToWebview,
} from "../src/protocol/chatMessages";
import { validate } from "../src/protocol/validate";

export interface ConnectionDeps {
  post(message: FromWebview): void;
  onMessage: Event<unknown>;
  clock: Clock;
  warn(message: string): void;
  /** Each message from the host, once and in order; the first is a snapshot. */
  apply(body: ToWebview): void;
}

interface Position {
  epoch: string;
  seq: number;
}

/** Acknowledgements are cumulative: one for a batch is enough. */
const ackDelayMs = 100;
/** How long an answer to a hello may take before it counts as lost; doubles up to the longest. */
const firstRetryMs = 1000;
const longestRetryMs = 15_000;
/** After this many hellos that healed nothing, replaying cannot: the whole state is asked for. */
const replayAttempts = 3;

/**
 * The webview's end of the bridge. It owns the numbering: what is applied is
 * applied once and in order, a gap is asked for and never painted over. It
 * refuses to guess: after a gap nothing is applied until the missing messages
 * or a snapshot arrive.
 */
export class Connection extends Disposable {
  readonly #deps: ConnectionDeps;
  #last: Position | null = null;
  /** What must be reached for the gap to be healed; null at the start, when any snapshot will do. */
  #goal: Position | null = null;
  #hellos = 0;
  #retry: DisposableLike | undefined;
  #ack: DisposableLike | undefined;
  #hasWarned = false;

  constructor(deps: ConnectionDeps) {
    super();
    this.#deps = deps;
    this.register({ dispose: () => this.#stopTimers() });
  }

  start(): void {
    this.register(this.#deps.onMessage((message) => this.#receive(message)));
    this.#sayHello();
  }

  #receive(message: unknown): void {
    if (this.isDisposed) {
      return;
    }
    const envelope = validate(envelopeSchema, message);
    if (envelope) {
      this.#sort(envelope);
    } else if (!this.#hasWarned) {
      this.#hasWarned = true;
      this.#deps.warn("Dropped a message that is not a known envelope.");
    }
  }

  #sort(envelope: Envelope): void {
    const { epoch, seq, body } = envelope;
    const known = this.#last?.epoch === epoch ? this.#last.seq : undefined;
    const isSnapshot = body.type === "snapshot";
    if (isSnapshot && (this.#wantsSnapshot || seq > (known ?? -1))) {
      this.#take(envelope);
    } else if (known !== undefined && seq <= known) {
      // It was applied before; the host may not know, so it is told again.
      this.#scheduleAck();
    } else if (seq === (known ?? NaN) + 1) {
      this.#take(envelope);
    } else {
      this.#miss({ epoch, seq });
    }
  }

  #take({ epoch, seq, body }: Envelope): void {
    const isHealed =
      (body.type === "snapshot" && this.#wantsSnapshot) ||
      (this.#goal?.epoch === epoch && seq >= this.#goal.seq);
    this.#last = { epoch, seq };
    if (isHealed) {
      this.#goal = null;
      this.#hellos = 0;
      this.#retry?.dispose();
      this.#retry = undefined;
    }
    this.#deps.apply(body);
    this.#scheduleAck();
  }

  #miss(seen: Position): void {
    const isFurther =
      this.#goal?.epoch !== seen.epoch || seen.seq > this.#goal.seq;
    if (isFurther) {
      this.#goal = seen;
    }
    if (!this.#retry) {
      this.#sayHello();
    }
  }

  /** True when the last hello asked for the whole state. */
  get #wantsSnapshot(): boolean {
    const isWaiting = this.#hellos > 0;
    return isWaiting && (!this.#last || this.#hellos > replayAttempts);
  }

  #sayHello(): void {
    this.#hellos += 1;
    this.#deps.post({
      type: "hello",
      last: this.#wantsSnapshot ? null : this.#last,
    });
    const delayMs = firstRetryMs * 2 ** Math.min(this.#hellos - 1, 10);
    this.#retry = this.#deps.clock.schedule(
      Math.min(delayMs, longestRetryMs),
      () => this.#sayHello(),
    );
  }

  #scheduleAck(): void {
    this.#ack ??= this.#deps.clock.schedule(ackDelayMs, () => {
      this.#ack = undefined;
      if (this.#last) {
        this.#deps.post({ type: "ack", ...this.#last });
      }
    });
  }

  #stopTimers(): void {
    this.#retry?.dispose();
    this.#ack?.dispose();
  }
}

import { fullJitterMs } from "../base/backoff";
import { type Clock, sleep } from "../base/clock";
import type { EventRecord } from "../protocol/eventRecord";
import type { EventTransport, Retryable, SendOutcome } from "./transport";

export interface RetryingTransportDeps {
  inner: EventTransport;
  clock: Clock;
  /** [0, 1). */
  random: () => number;
  /** Told of every failure, before the wait. */
  onFailure(failure: Retryable): void;
}

/** The contract's: 1 s, doubling to 60 s; the jitter is ours. */
const backoff = { baseMs: 1_000, maxMs: 60_000 };

/**
 * Tries again until the outcome is another one than `retryable`, with full
 * jitter, and never before the server's Retry-After. Only `interrupt` and
 * `close` make it give a `retryable` back.
 */
export class RetryingTransport implements EventTransport {
  #failures = 0;
  #isClosed = false;
  #isInterrupted = false;
  #wait: AbortController | undefined;

  constructor(private readonly deps: RetryingTransportDeps) {}

  async send(events: readonly EventRecord[]): Promise<SendOutcome> {
    this.#isInterrupted = false;
    for (;;) {
      const outcome = await this.deps.inner.send(events);
      if (outcome.kind !== "retryable") {
        // A connection alone proves little: a server that drops each one must not be hammered.
        this.#failures = events.length > 0 ? 0 : this.#failures;
        return outcome;
      }
      if (this.#isClosed) {
        return outcome;
      }
      this.deps.onFailure(outcome);
      if (!(await this.#pause(outcome))) {
        return outcome;
      }
    }
  }

  /** Ends the wait that is going on, or that the attempt under way would begin. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#wait?.abort();
  }

  close(): void {
    this.#isClosed = true;
    this.interrupt();
    this.deps.inner.close();
  }

  /** Whether the wait ran its course. */
  async #pause(failure: Retryable): Promise<boolean> {
    if (this.#isInterrupted) {
      return false;
    }
    const { clock, random } = this.deps;
    const waitMs = Math.max(
      fullJitterMs(this.#failures, backoff, random),
      failure.afterMs ?? 0,
    );
    this.#failures += 1;
    const wait = new AbortController();
    this.#wait = wait;
    await sleep(clock, waitMs, wait.signal);
    this.#wait = undefined;
    return !wait.signal.aborted;
  }
}

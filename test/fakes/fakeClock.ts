import type { Clock } from "../../src/base/clock";
import type { DisposableLike } from "../../src/base/lifecycle";

interface Timer {
  dueAt: number;
  run: () => void;
}

/** Time that stands still until a test advances it. */
export class FakeClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** How many timers wait: a test that ends with some has found a leak. */
  get pending(): number {
    return this.#timers.size;
  }

  schedule(delayMs: number, run: () => void): DisposableLike {
    const timer = { dueAt: this.#nowMs + Math.max(0, delayMs), run };
    this.#timers.add(timer);
    return { dispose: () => this.#timers.delete(timer) };
  }

  /**
   * Moves on by `ms`, running what falls due in its order (at the same moment:
   * in the order of scheduling), and what that schedules in turn. Promises
   * settle in between, as they would while real time passes.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (
      let timer = this.#nextBy(endMs);
      timer !== undefined;
      timer = this.#nextBy(endMs)
    ) {
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, timer.dueAt);
      timer.run();
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }

  /** Sets the wall clock without any time passing, as a user or NTP does; timers keep their distance. */
  jump(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) {
      timer.dueAt += ms;
    }
  }

  #nextBy(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= endMs && (!next || timer.dueAt < next.dueAt)) {
        next = timer;
      }
    }
    return next;
  }
}

/** Lets every promise that can settle without the outside world do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

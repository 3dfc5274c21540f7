import { fullJitterMs } from "../base/backoff";
import type { Clock } from "../base/clock";

/** Of the promise: five failures within a minute are enough. */
const maxFailures = 5;
const periodMs = 60_000;
const backoff = { baseMs: 500, maxMs: 8_000 };

/** Counts failures, and says how long to wait after each. */
export class Failures {
  #times: number[] = [];

  /** `random` gives [0, 1). */
  constructor(private readonly deps: { clock: Clock; random: () => number }) {}

  clear(): void {
    this.#times = [];
  }

  /**
   * One more. How long to wait before the next try, in milliseconds: nothing
   * after the first in a minute; undefined when there were too many.
   */
  add(): number | undefined {
    const now = this.deps.clock.now();
    this.#times = this.#times.filter((at) => now - at < periodMs);
    this.#times.push(now);
    const count = this.#times.length;
    if (count >= maxFailures) {
      return undefined;
    }
    return count === 1 ? 0 : fullJitterMs(count - 2, backoff, this.deps.random);
  }
}

import type { Clock } from "../../base/clock";

const windowMs = 60_000;

/** With 20^8 codes and ten minutes each, five guesses a minute hit one in half a billion. */
const maxPerWindow = 5;

/** Counts the wrong codes of the last minute, all visitors together: on loopback they look alike. */
export class WrongCodes {
  readonly #clock: Clock;
  #times: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** While true even a right code has to wait, or guessing would go on unhindered. */
  get isLimited(): boolean {
    const since = this.#clock.now() - windowMs;
    this.#times = this.#times.filter((time) => time > since);
    return this.#times.length >= maxPerWindow;
  }

  add(): void {
    this.#times.push(this.#clock.now());
  }
}

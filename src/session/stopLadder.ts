import type { Clock } from "../base/clock";
import { Disposable, type DisposableLike } from "../base/lifecycle";

/** The part of a CLI process that can be stopped. */
export interface Stoppable {
  interrupt(): boolean;
  signal(signal: NodeJS.Signals): void;
}

/** How long each rung is given before the next. */
const rungMs = 1_000;
const rungs = ["SIGINT", "SIGTERM", "SIGKILL"] as const;

/**
 * Stop that cannot be ignored: an interrupt request, which leaves the process
 * alive, then SIGINT, SIGTERM and SIGKILL, a second apart, until the turn has
 * ended.
 */
export class StopLadder extends Disposable {
  #timer: DisposableLike | undefined;

  constructor(private readonly clock: Clock) {
    super();
    this.register({ dispose: () => this.reached() });
  }

  climb(process: Stoppable): void {
    if (this.#timer) {
      return;
    }
    process.interrupt();
    this.#next(process, 0);
  }

  /** The turn has ended: no further rung. */
  reached(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  #next(process: Stoppable, index: number): void {
    const signal = rungs[index];
    this.#timer = this.clock.schedule(rungMs, () => {
      this.#timer = undefined;
      if (signal) {
        process.signal(signal);
        this.#next(process, index + 1);
      }
    });
  }
}

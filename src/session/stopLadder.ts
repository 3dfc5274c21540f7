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
 * ended. Once a signal was sent the process is lost, so the ladder is climbed
 * until that has ended too: a process that neither works nor goes away would
 * keep the conversation waiting.
 */
export class StopLadder extends Disposable {
  #timer: DisposableLike | undefined;
  #hasSignalled = false;

  constructor(private readonly clock: Clock) {
    super();
    this.register({ dispose: () => this.processEnded() });
  }

  climb(process: Stoppable): void {
    if (this.#timer) {
      return;
    }
    process.interrupt();
    this.#next(process, 0);
  }

  turnEnded(): void {
    if (!this.#hasSignalled) {
      this.processEnded();
    }
  }

  processEnded(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#hasSignalled = false;
  }

  #next(process: Stoppable, index: number): void {
    const signal = rungs[index];
    if (!signal) {
      return;
    }
    this.#timer = this.clock.schedule(rungMs, () => {
      this.#hasSignalled = true;
      process.signal(signal);
      this.#next(process, index + 1);
    });
  }
}

import type { Clock } from "../base/clock";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { StopRung } from "../protocol/engine";

/** The part of a CLI process that can be stopped. */
export interface Stoppable {
  interrupt(): void;
  signal(signal: NodeJS.Signals): void;
  abandonOutput(): void;
}

/** How long each rung is given before the next. */
const rungMs = 1_000;
/** After SIGKILL only its output can keep it: held open by somebody out of reach. */
const lastMs = 500;
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
  #rung: StopRung | undefined;

  constructor(private readonly clock: Clock) {
    super();
    this.register({ dispose: () => this.processEnded() });
  }

  climb(process: Stoppable): void {
    if (this.#rung) {
      return;
    }
    this.#rung = "asked";
    process.interrupt();
    this.#next(process, 0);
  }

  /** What it took, if the turn was ended by this; undefined too while a process is still to end. */
  turnEnded(): StopRung | undefined {
    return this.#rung === "asked" ? this.processEnded() : undefined;
  }

  /** What it took, if the process was ended by this. */
  processEnded(): StopRung | undefined {
    const rung = this.#rung;
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#rung = undefined;
    return rung;
  }

  #next(process: Stoppable, index: number): void {
    const signal = rungs[index];
    this.#timer = this.clock.schedule(signal ? rungMs : lastMs, () => {
      if (!signal) {
        process.abandonOutput();
        return;
      }
      this.#rung = signal;
      process.signal(signal);
      this.#next(process, index + 1);
    });
  }
}

import type { Clock } from "../base/clock";
import { Disposable, type DisposableLike } from "../base/lifecycle";

/**
 * How often a connection with nothing under way is asked whether anybody is
 * there: a dead one is found within 20 s, before the 30 s of an
 * acknowledgement would have to pass, and 6 pings a minute cost nothing that
 * can be measured.
 */
const intervalMs = 10_000;

export interface HeartbeatDeps {
  clock: Clock;
  ping(): void;
  /** Nothing came since the last ping. */
  onDead(): void;
}

/**
 * Finds out that the other side of a quiet connection is gone although nothing
 * says so: a network that was pulled, a machine that sleeps. While an answer
 * is awaited it is suspended, for a server may be too busy to answer a ping.
 */
export class Heartbeat extends Disposable {
  #wasHeard = true;
  #suspensions = 0;
  #timer: DisposableLike | undefined;

  constructor(private readonly deps: HeartbeatDeps) {
    super();
    this.register({ dispose: () => this.#timer?.dispose() });
    this.#schedule();
  }

  /** Anything came from the other side. */
  heard(): void {
    this.#wasHeard = true;
  }

  /** Until the answer is disposed. */
  suspend(): DisposableLike {
    this.#suspensions += 1;
    return {
      dispose: () => {
        this.#suspensions -= 1;
        this.#wasHeard = true;
      },
    };
  }

  #schedule(): void {
    if (!this.isDisposed) {
      this.#timer = this.deps.clock.schedule(intervalMs, () => this.#beat());
    }
  }

  #beat(): void {
    if (this.#suspensions === 0) {
      if (!this.#wasHeard) {
        this.deps.onDead();
        return;
      }
      this.#wasHeard = false;
      this.deps.ping();
    }
    this.#schedule();
  }
}

import type { Clock } from "../base/clock";
import type { Event } from "../base/event";
import { Disposable, type DisposableLike } from "../base/lifecycle";

/** `failproof.session.idleMinutes`; 0 means never. It may change at any time. */
export interface IdleSetting {
  minutes(): number;
  onDidChange: Event<void>;
}

/**
 * Ends a process that nobody has needed for a while. Its owner says at each
 * step whether the process idles; the time counts from when that began, also
 * when the setting is changed meanwhile.
 */
export class IdleTimer extends Disposable {
  #idleSince: number | undefined;
  #timer: DisposableLike | undefined;

  constructor(
    private readonly deps: { clock: Clock; idle: IdleSetting; end: () => void },
  ) {
    super();
    this.register(deps.idle.onDidChange(() => this.#schedule()));
    this.register({ dispose: () => this.#timer?.dispose() });
  }

  update(isIdle: boolean): void {
    if (isIdle === (this.#idleSince !== undefined)) {
      return;
    }
    this.#idleSince = isIdle ? this.deps.clock.now() : undefined;
    this.#schedule();
  }

  #schedule(): void {
    const { clock, idle, end } = this.deps;
    this.#timer?.dispose();
    this.#timer = undefined;
    const minutes = idle.minutes();
    if (this.#idleSince === undefined || minutes <= 0 || this.isDisposed) {
      return;
    }
    const dueMs = this.#idleSince + minutes * 60_000 - clock.now();
    this.#timer = clock.schedule(Math.max(0, dueMs), () => {
      this.#idleSince = undefined;
      end();
    });
  }
}

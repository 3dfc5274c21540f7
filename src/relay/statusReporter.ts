import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { RelayStatus } from "../protocol/delivery";
import type { QueueStats } from "../queue/stats";

export interface StatusReporterDeps {
  clock: Clock;
  log: Logger;
  readStats(): Promise<QueueStats>;
  emit(status: RelayStatus & QueueStats): void | Promise<void>;
}

export type ConnectionState = Pick<RelayStatus, "connection" | "problem">;

/** Below the promised second, and few enough that a burst of events is a few messages. */
const intervalMs = 200;

/**
 * Puts together how delivery stands and tells of it when it has changed: at
 * once after quiet, five times a second at most.
 */
export class StatusReporter extends Disposable {
  #state: ConnectionState;
  #last: string | undefined;
  #isRunning = false;
  #isDue = false;
  #cooling: DisposableLike | undefined;

  constructor(
    private readonly deps: StatusReporterDeps,
    initial: ConnectionState,
  ) {
    super();
    this.#state = initial;
    this.register({ dispose: () => this.#cooling?.dispose() });
    this.touch();
  }

  setConnection(
    connection: RelayStatus["connection"],
    problem: string | null = null,
  ): void {
    this.#state = { connection, problem };
    this.touch();
  }

  /** Something may have changed. */
  touch(): void {
    this.#isDue = true;
    if (!this.#isRunning && !this.#cooling) {
      void this.#report();
    }
  }

  async #report(): Promise<void> {
    this.#isRunning = true;
    this.#isDue = false;
    try {
      await this.#emitIfChanged();
    } catch (error) {
      this.deps.log.warn(`The queue cannot be counted: ${messageOf(error)}`);
    }
    this.#isRunning = false;
    if (this.isDisposed) {
      return;
    }
    this.#cooling = this.deps.clock.schedule(intervalMs, () => {
      this.#cooling = undefined;
      if (this.#isDue) {
        this.touch();
      }
    });
  }

  async #emitIfChanged(): Promise<void> {
    const stats = await this.deps.readStats();
    const status = { ...this.#state, ...stats };
    const text = JSON.stringify(status);
    if (text !== this.#last && !this.isDisposed) {
      this.#last = text;
      await this.deps.emit(status);
    }
  }
}

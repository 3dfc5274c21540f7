import { type FSWatcher, watch } from "node:fs";
import type { Clock } from "../base/clock";
import { Emitter } from "../base/event";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";

export interface QueueWatcherDeps {
  clock: Clock;
  log: Logger;
  folder: string;
}

/** File watching misses changes on some file systems: nothing waits longer than this. */
const scanMs = 15_000;

/** Where watching is not to be had at all (the system's limit is reached). */
const scanWithoutWatchMs = 1_000;

/** Tells of changes in the queue's folder, and now and then without one, to be safe. */
export class QueueWatcher extends Disposable {
  readonly #change = this.register(new Emitter<string | undefined>());
  /** The name of the file, where the system says it. */
  readonly onDidChange = this.#change.event;
  #watcher: FSWatcher | undefined;
  #timer: DisposableLike | undefined;

  constructor(private readonly deps: QueueWatcherDeps) {
    super();
    this.register({
      dispose: () => {
        this.#watcher?.close();
        this.#timer?.dispose();
      },
    });
    this.#watch();
    this.#scheduleScan();
  }

  #watch(): void {
    try {
      this.#watcher = watch(this.deps.folder, (_kind, name) => {
        this.#change.fire(name ?? undefined);
      });
      this.#watcher.on("error", (error) => this.#unwatch(error.message));
    } catch (error) {
      this.#unwatch(String(error));
    }
  }

  #unwatch(reason: string): void {
    this.deps.log.warn(`The queue's folder cannot be watched: ${reason}`);
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #scheduleScan(): void {
    const delayMs = this.#watcher ? scanMs : scanWithoutWatchMs;
    this.#timer = this.deps.clock.schedule(delayMs, () => {
      if (!this.#watcher) {
        // The folder may have come into being, or been replaced.
        this.#watch();
      }
      this.#change.fire(undefined);
      this.#scheduleScan();
    });
  }
}

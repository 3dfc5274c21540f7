import { type FSWatcher, watch } from "node:fs";
import type { Clock } from "../../base/clock";
import { Emitter } from "../../base/event";
import { Disposable, type DisposableLike } from "../../base/lifecycle";

export interface PathWatchDeps {
  clock: Clock;
  /** A file or a folder; it need not exist. */
  path: string;
  /** What changes within this time is told of once. */
  gatherMs: number;
  /** File watching misses changes on some file systems: nothing waits longer than this. */
  scanMs: number;
}

/** Tells that something may have changed at a path: soon after it did, and now and then to be safe. */
export class PathWatch extends Disposable {
  readonly #change = this.register(new Emitter<void>());
  readonly onDidChange = this.#change.event;
  #watcher: FSWatcher | undefined;
  #gathering: DisposableLike | undefined;
  #scan: DisposableLike | undefined;

  constructor(private readonly deps: PathWatchDeps) {
    super();
    this.register({
      dispose: () => {
        this.#watcher?.close();
        this.#gathering?.dispose();
        this.#scan?.dispose();
      },
    });
    this.ensure();
    this.#scheduleScan();
  }

  get path(): string {
    return this.deps.path;
  }

  /** Begins to watch what could not be watched before. */
  ensure(): void {
    if (this.#watcher) {
      return;
    }
    try {
      this.#watcher = watch(this.deps.path, () => this.#gather());
      this.#watcher.on("error", () => this.#unwatch());
    } catch {
      // It does not exist yet, or cannot be watched: the scan looks again.
      this.#unwatch();
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #gather(): void {
    this.#gathering ??= this.deps.clock.schedule(this.deps.gatherMs, () => {
      this.#gathering = undefined;
      this.#change.fire();
    });
  }

  #scheduleScan(): void {
    this.#scan = this.deps.clock.schedule(this.deps.scanMs, () => {
      // What was watched may have been replaced by another of the same name.
      this.#unwatch();
      this.ensure();
      this.#change.fire();
      this.#scheduleScan();
    });
  }
}

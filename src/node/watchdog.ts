import { Disposable } from "../base/lifecycle";
import type { ManagedProcess } from "./managedProcess";

export interface WatchdogDeps {
  /** Starts dist/watchdog.js. */
  start(): ManagedProcess;
}

/**
 * Sees to it that no process outlives this one, not even when this one is
 * killed: a process that is busy does not notice the end of its stdin. The
 * watching process lives only while there is something to watch.
 */
export class Watchdog extends Disposable {
  readonly #pids = new Set<number>();
  /** The one that takes orders. */
  #process: ManagedProcess | undefined;
  /** The one that was started last; it may be on its way out. */
  #last: ManagedProcess | undefined;

  constructor(private readonly deps: WatchdogDeps) {
    super();
    // Not killed: the end of its input is its cue, and the list is in its hands.
    this.register({ dispose: () => this.#process?.endInput() });
  }

  /** `ended` settles when the process has ended. */
  watch(pid: number, ended: Promise<unknown>): void {
    this.#pids.add(pid);
    if (this.#process?.isAlive) {
      this.#process.writeLine(`+${pid}`);
    } else {
      this.#process = this.deps.start();
      this.#last = this.#process;
      for (const known of this.#pids) {
        this.#process.writeLine(`+${known}`);
      }
    }
    void ended.then(() => this.#forget(pid));
  }

  /** Once all it watched has ended: resolves when the watching process has, too. */
  async stop(): Promise<void> {
    this.#process?.endInput();
    await this.#last?.ended;
  }

  #forget(pid: number): void {
    this.#pids.delete(pid);
    this.#process?.writeLine(`-${pid}`);
    if (this.#pids.size === 0) {
      this.#process?.endInput();
      this.#process = undefined;
    }
  }
}

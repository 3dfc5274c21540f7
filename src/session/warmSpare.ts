import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import {
  type CliStart,
  differingOptions,
  type StartOptions,
} from "../cli/arguments";
import type { CliHandle } from "../cli/cliProcess";
import { type IdleSetting, IdleTimer } from "./idleTimer";

export interface WarmSpareDeps {
  launch: (start: CliStart) => Promise<CliHandle>;
  newId: () => string;
  clock: Clock;
  idle: IdleSetting;
  log: Logger;
}

interface Spare {
  options: StartOptions;
  cli: Promise<CliHandle | undefined>;
}

/**
 * A process that is started and greeted before anybody needs it, so that the
 * first prompt of a conversation does not wait for it. One at most. It has a
 * session of its own from the start: the conversation that takes it takes its
 * session id, too.
 */
export class WarmSpare extends Disposable {
  #spare: Spare | undefined;
  readonly #idleTimer: IdleTimer;
  readonly #stopping = new Set<Promise<void>>();

  constructor(private readonly deps: WarmSpareDeps) {
    super();
    const { clock, idle } = deps;
    this.#idleTimer = this.register(
      new IdleTimer({ clock, idle, end: () => this.#drop() }),
    );
  }

  /** Sees to it that there is one with these options; another is ended. Never throws. */
  prewarm(options: StartOptions): void {
    if (this.isDisposed || this.#fits(options)) {
      return;
    }
    this.#drop();
    const cli = this.#launch(options);
    const spare = { options, cli };
    this.#spare = spare;
    this.#idleTimer.update(true);
    void cli.then(async (process) => {
      await process?.ended;
      if (this.#spare === spare) {
        this.#forget();
      }
    });
  }

  /** Hands it over if it fits; it may still be starting. */
  async take(options: StartOptions): Promise<CliHandle | undefined> {
    const spare = this.#spare;
    if (!spare || !this.#fits(options)) {
      return undefined;
    }
    this.#forget();
    const cli = await spare.cli;
    return cli?.isAlive ? cli : undefined;
  }

  /** Ends it, and waits for its end. */
  async stop(): Promise<void> {
    this.#drop();
    await Promise.all(this.#stopping);
  }

  #fits(options: StartOptions): boolean {
    const { options: own } = this.#spare ?? {};
    return own !== undefined && differingOptions(own, options).length === 0;
  }

  async #launch(options: StartOptions): Promise<CliHandle | undefined> {
    const { launch, newId, log } = this.deps;
    try {
      const session = { kind: "new", id: newId() } as const;
      const cli = await launch({ session, options });
      if (this.isDisposed) {
        cli.dispose();
      }
      return cli;
    } catch (error) {
      // Whoever needs a process starts one, and is told why that fails.
      log.info(`No process was started in advance: ${messageOf(error)}`);
      return undefined;
    }
  }

  #forget(): void {
    this.#spare = undefined;
    this.#idleTimer.update(false);
  }

  #drop(): void {
    const stopped = this.#spare?.cli.then((cli) => cli?.stop());
    this.#forget();
    if (stopped) {
      this.#stopping.add(stopped);
      void stopped.finally(() => this.#stopping.delete(stopped));
    }
  }

  override dispose(): void {
    // At once: nobody waits for its end any more.
    void this.#spare?.cli.then((cli) => cli?.dispose());
    super.dispose();
  }
}

import type { Clock } from "../base/clock";
import type { Logger } from "../base/log";
import type { CliStart } from "../cli/arguments";
import { CliProcess } from "../cli/cliProcess";
import type { ProcessLedger } from "../node/processLedger";
import type { Watchdog } from "../node/watchdog";

export interface CliLauncherDeps {
  /** The CLI's path; throws AppError when there is none. */
  locate: () => Promise<string>;
  env: () => NodeJS.ProcessEnv;
  /** Names of the hook events that the CLI is to report. */
  hookEvents: readonly string[];
  watchdog: Watchdog;
  ledger: ProcessLedger;
  clock: Clock;
  log: Logger;
}

/**
 * Starts the CLI so that it cannot outlive this host: the watchdog ends it when
 * the host is killed, and by the ledger the next host finds what even that left.
 */
export class CliLauncher {
  constructor(private readonly deps: CliLauncherDeps) {}

  async launch(start: CliStart): Promise<CliProcess> {
    const { locate, env, hookEvents, watchdog, ledger, clock } = this.deps;
    const path = await locate();
    const cli = new CliProcess(this.deps, {
      ...start,
      path,
      env: env(),
      hookEvents,
    });
    const { pid } = cli;
    if (pid !== undefined) {
      try {
        const mark = start.session.id;
        ledger.add({ pid, mark, at: clock.now() }, cli.ended);
        watchdog.watch(pid, cli.ended);
      } catch (error) {
        cli.dispose();
        throw error;
      }
    }
    return cli;
  }
}

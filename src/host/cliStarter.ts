import type { Clock } from "../base/clock";
import type { Logger } from "../base/log";
import type { CliStart } from "../cli/arguments";
import { CliProcess } from "../cli/cliProcess";
import { chatHookEvents } from "../cli/hookEvents";
import type { Watchdog } from "../node/watchdog";
import { cliEnvironment } from "./editorNode";
import { sentenceOf } from "./sentences";
import { requireCli } from "./surroundings";

/** Starts the CLI for conversations in `folder`. What it throws is a sentence for the conversation. */
export function cliStarter(
  deps: { clock: Clock; log: Logger; watchdog: Watchdog },
  folder: string,
): (start: CliStart) => Promise<CliProcess> {
  return async (start) => {
    try {
      const cli = new CliProcess(deps, {
        ...start,
        path: await requireCli(),
        cwd: folder,
        env: cliEnvironment(),
        hookEvents: chatHookEvents,
      });
      if (cli.pid !== undefined) {
        deps.watchdog.watch(cli.pid, cli.ended);
      }
      return cli;
    } catch (error) {
      deps.log.error(`The CLI was not started: ${String(error)}`);
      throw new Error(sentenceOf(error), { cause: error });
    }
  };
}

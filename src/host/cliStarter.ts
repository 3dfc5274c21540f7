import type { CliStart } from "../cli/arguments";
import type { CliProcess } from "../cli/cliProcess";
import { chatHookEvents } from "../cli/hookEvents";
import type { CliInspector } from "../cli/inspect";
import { CliLauncher, type CliLauncherDeps } from "../session/cliLauncher";
import { cliEnvironment } from "./editorNode";
import { sentenceOf } from "./sentences";
import { requireCli } from "./surroundings";

/** Starts the CLI for conversations. What it throws is a sentence for the conversation. */
export function cliStarter(
  deps: Omit<CliLauncherDeps, "locate" | "env" | "hookEvents"> & {
    inspector: CliInspector;
    onProcess: (start: CliStart, ended: Promise<unknown>) => void;
  },
): (start: CliStart) => Promise<CliProcess> {
  const launcher = new CliLauncher({
    ...deps,
    locate: () => requireCli(deps.inspector),
    env: cliEnvironment,
    hookEvents: chatHookEvents,
  });
  return async (start) => {
    try {
      const cli = await launcher.launch(start);
      deps.onProcess(start, cli.ended);
      return cli;
    } catch (error) {
      deps.log.error(`The CLI was not started: ${String(error)}`);
      throw new Error(sentenceOf(error), { cause: error });
    }
  };
}

import { chmodSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/node/systemClock";
import { hookFiles } from "../../src/hook/hookFiles";
import type { ProgramDeps } from "../../src/hook/program";
import { bundle } from "./bundle";
import type { QueueHome } from "./queueHome";

/** What an installation takes: a home where somebody is signed in, a built hook, this Node. */
export async function hookProgram(
  home: QueueHome,
): Promise<ProgramDeps & { env: NodeJS.ProcessEnv }> {
  return {
    home: home.home,
    builtScript: await bundle("src/hook/main.ts", home.root, "built"),
    nodes: [process.execPath],
    clock: systemClock,
    env: { ...home.env, CLAUDE_CONFIG_DIR: join(home.root, "claude") },
  };
}

/** Makes the launcher something that cannot be run. */
export function forbidLauncher(home: QueueHome): void {
  chmodSync(hookFiles(home.home).launcher, 0o600);
}

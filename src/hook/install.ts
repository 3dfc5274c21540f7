import { homedir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../base/clock";
import { hookEntries } from "./hookEntries";
import { hookFiles } from "./hookFiles";
import { placeProgram, type ProgramDeps } from "./program";
import { editFile, type UndoOutcome } from "./settingsFile";
import {
  isIgnoredByCli,
  type SettingsEdit,
  withHooks,
  withoutHooks,
} from "./settingsText";

/** Whose hooks: the user's everywhere, or this user's in one folder. */
export type HookScope =
  { kind: "user" } | { kind: "project"; /** Absolute. */ folder: string };

type LeftAlone = Exclude<SettingsEdit["kind"], "changed">;

/**
 * unreadable, wrongShape: see SettingsEdit. busy: another program kept writing
 * to the file. In all three nothing was changed. `isIgnored`: the file is
 * edited, but the CLI reads nothing of it while it has comments or trailing
 * commas. `undo` puts the exact bytes back while nobody else has edited them.
 */
export type InstallOutcome = {
  /** The settings file, absolute. */ path: string;
} & (
  | { kind: LeftAlone | "busy" }
  | {
      kind: "changed";
      isIgnored: boolean;
      backup: string | null;
      undo: () => Promise<UndoOutcome>;
    }
);

/**
 * The CLI's settings file for a scope. A project's hooks go into
 * `settings.local.json`, which is the user's own and not committed: the path
 * of the launcher is one of this machine, and colleagues who pull it in
 * `settings.json` would have an agent that fails to find it.
 */
export function settingsPath(scope: HookScope, env: NodeJS.ProcessEnv): string {
  if (scope.kind === "project") {
    return join(scope.folder, ".claude", "settings.local.json");
  }
  const folder = env["CLAUDE_CONFIG_DIR"] || join(homedir(), ".claude");
  return join(folder, "settings.json");
}

/** Places the program and enters it in the CLI's settings. Twice is as once. Throws what the file system threw. */
export async function installHooks(
  deps: ProgramDeps & { env: NodeJS.ProcessEnv },
  scope: HookScope,
): Promise<InstallOutcome> {
  const { launcher } = await placeProgram(deps);
  const entries = hookEntries(launcher);
  return editSettings(deps, scope, (text) => withHooks(text, entries));
}

/**
 * Takes the hooks out of one scope's settings. The program stays: another
 * scope may use it, and an agent that runs has it in its settings still.
 * Throws what the file system threw.
 */
export async function removeHooks(
  deps: { home: string; clock: Clock; env: NodeJS.ProcessEnv },
  scope: HookScope,
): Promise<InstallOutcome> {
  return editSettings(deps, scope, withoutHooks);
}

async function editSettings(
  deps: { home: string; clock: Clock; env: NodeJS.ProcessEnv },
  scope: HookScope,
  change: (text: string) => SettingsEdit,
): Promise<InstallOutcome> {
  const path = settingsPath(scope, deps.env);
  const { backups } = hookFiles(deps.home);
  let isIgnored = false;
  const edited = await editFile<LeftAlone>(
    { ...deps, backups },
    path,
    (text) => {
      if (text === undefined) {
        return { why: "unreadable" };
      }
      const result = change(text);
      if (result.kind !== "changed") {
        return { why: result.kind };
      }
      isIgnored = isIgnoredByCli(result.text);
      return { text: result.text };
    },
  );
  switch (edited.kind) {
    case "left":
      return { kind: edited.why, path };
    case "busy":
      return { kind: "busy", path };
    case "written":
      return { ...edited, kind: "changed", path, isIgnored };
  }
}

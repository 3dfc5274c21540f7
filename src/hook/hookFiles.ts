import { join } from "node:path";

/** Where the installed hook lies: a place of its own, which the extension's updates do not move. */
export interface HookFiles {
  /** `<home>/hook`, for the owner alone. */
  folder: string;
  /** What the CLI's settings name; see launcher.ts. */
  launcher: string;
  /** A copy of dist/hook.js: an extension that is updated or removed takes nothing away under a running agent. */
  script: string;
  /** One empty file for each hook that has not had its turn; see turn.ts. */
  turns: string;
  /** The settings files as they were before they were edited. */
  backups: string;
}

/** The launcher's name, by which its entries are known in a settings file. */
export const launcherName = "failproof-hook";

/** `home` is QueuePaths.home, absolute. */
export function hookFiles(
  home: string,
  platform: NodeJS.Platform = process.platform,
): HookFiles {
  const folder = join(home, "hook");
  return {
    folder,
    launcher: join(
      folder,
      platform === "win32" ? `${launcherName}.cmd` : launcherName,
    ),
    script: join(folder, "hook.js"),
    turns: join(folder, "turns"),
    backups: join(folder, "backups"),
  };
}

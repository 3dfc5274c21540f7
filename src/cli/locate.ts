import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { posix, win32 } from "node:path";

/** Where the CLI is, or every place where it is not. */
export type CliLocation =
  { kind: "found"; path: string } | { kind: "missing"; looked: string[] };

export interface LocateOptions {
  /** `failproof.cli.path`; when it is set nothing else is tried: the user's word is not second-guessed. */
  configuredPath: string;
  env: NodeJS.ProcessEnv;
  home: string;
  platform: NodeJS.Platform;
}

/** Finds the Claude CLI: the setting, the PATH, then the places where its installers put it. */
export async function locateCli(options: LocateOptions): Promise<CliLocation> {
  const candidates = options.configuredPath
    ? [options.configuredPath]
    : [...onPath(options), ...knownPlaces(options)];
  for (const path of candidates) {
    if (await isProgram(path)) {
      return { kind: "found", path };
    }
  }
  return { kind: "missing", looked: [...new Set(candidates)] };
}

function onPath({ env, platform }: LocateOptions): string[] {
  const path = pathOf(platform);
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(path.delimiter);
  // A relative entry would let the workspace choose the program.
  return folders
    .filter((folder) => path.isAbsolute(folder))
    .flatMap((folder) =>
      namesOn(platform).map((name) => path.join(folder, name)),
    );
}

function knownPlaces({ env, home, platform }: LocateOptions): string[] {
  const path = pathOf(platform);
  const inHome = (...parts: string[]) => path.join(home, ...parts);
  const folders =
    platform === "win32"
      ? [
          inHome(".local", "bin"),
          path.join(env["APPDATA"] ?? inHome("AppData", "Roaming"), "npm"),
        ]
      : [
          inHome(".local", "bin"),
          inHome(".claude", "local"),
          inHome(".npm-global", "bin"),
          inHome(".bun", "bin"),
          inHome(".volta", "bin"),
          "/usr/local/bin",
          "/opt/homebrew/bin",
        ];
  return folders.flatMap((folder) =>
    namesOn(platform).map((name) => path.join(folder, name)),
  );
}

function pathOf(platform: NodeJS.Platform): typeof posix {
  return platform === "win32" ? win32 : posix;
}

/** On Windows npm installs a `.cmd`, which only cross-spawn can start. */
function namesOn(platform: NodeJS.Platform): string[] {
  return platform === "win32" ? ["claude.exe", "claude.cmd"] : ["claude"];
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Whatever the reason: from here it cannot be started.
    return false;
  }
}

import { constants } from "node:fs";
import { access, readdir, readFile, stat } from "node:fs/promises";
import { posix, win32 } from "node:path";

/** Where the CLI is, or every place where it is not. */
export type CliLocation =
  | { kind: "found"; path: string }
  | { kind: "missing"; looked: string[] }
  /** A file of its name is there, and may not be executed; no other is. */
  | { kind: "notExecutable"; path: string; looked: string[] };

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
    : [
        ...onPath(options),
        ...knownPlaces(options),
        ...(await npmPlaces(options)),
      ];
  let barred: string | undefined;
  for (const path of candidates) {
    const use = await useOf(path);
    if (use === "program") {
      return { kind: "found", path };
    }
    barred ??= use === "notExecutable" ? path : undefined;
  }
  const looked = [...new Set(candidates)];
  return barred === undefined
    ? { kind: "missing", looked }
    : { kind: "notExecutable", path: barred, looked };
}

function onPath({ env, platform }: LocateOptions): string[] {
  const path = pathOf(platform);
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(path.delimiter);
  // A relative entry would let the workspace choose the program.
  return inFolders(
    folders.filter((folder) => path.isAbsolute(folder)),
    platform,
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
  return inFolders(folders, platform);
}

/**
 * Where `npm install --global` puts programs when its prefix is the user's own
 * choice: npm is not asked, since that takes it half a second.
 */
async function npmPlaces({
  env,
  home,
  platform,
}: LocateOptions): Promise<string[]> {
  if (platform === "win32") {
    return [];
  }
  const npmrc = await readFile(posix.join(home, ".npmrc"), "utf8").catch(
    // There is none: npm has its defaults.
    () => "",
  );
  const written = /^\s*prefix\s*=\s*(.+?)\s*$/m.exec(npmrc)?.[1];
  const prefix = (env["npm_config_prefix"] ?? written)
    ?.replace(/^["']|["']$/g, "")
    .replace(/^(~|\$\{HOME\})(?=\/)/, home);
  const nvm = posix.join(
    env["NVM_DIR"] ?? posix.join(home, ".nvm"),
    "versions/node",
  );
  // Without nvm there is no such folder.
  const versions = await readdir(nvm).catch(() => []);
  const folders = [
    ...(prefix === undefined ? [] : [posix.join(prefix, "bin")]),
    ...(env["PNPM_HOME"] === undefined ? [] : [env["PNPM_HOME"]]),
    ...versions
      .sort((one, other) => compareVersions(other, one))
      .map((version) => posix.join(nvm, version, "bin")),
  ];
  return inFolders(
    folders.filter((folder) => posix.isAbsolute(folder)),
    platform,
  );
}

/** Below 0 where the first is the older; of `v1.2.3` and the like the numbers count. */
export function compareVersions(one: string, other: string): number {
  const numbers = (version: string) =>
    (version.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const [a, b] = [numbers(one), numbers(other)];
  const index = [0, 1, 2].find((at) => (a[at] ?? 0) !== (b[at] ?? 0)) ?? 0;
  return (a[index] ?? 0) - (b[index] ?? 0);
}

function inFolders(
  folders: readonly string[],
  platform: NodeJS.Platform,
): string[] {
  const path = pathOf(platform);
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

async function useOf(
  path: string,
): Promise<"program" | "notExecutable" | "none"> {
  try {
    if (!(await stat(path)).isFile()) {
      return "none";
    }
  } catch {
    // It is not there, or not for us to see.
    return "none";
  }
  try {
    await access(path, constants.X_OK);
    return "program";
  } catch {
    return "notExecutable";
  }
}

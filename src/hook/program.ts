import { readFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock";
import { ensurePrivateFolder, privateFileMode } from "../node/privateFiles";
import { hasCode } from "../queue/fileErrors";
import { type HookFiles, hookFiles } from "./hookFiles";
import { launcherText } from "./launcher";
import { replaceFile } from "./replaceFile";

export interface ProgramDeps {
  /** QueuePaths.home. */
  home: string;
  /** The extension's dist/hook.js. */
  builtScript: string;
  /** See LauncherFacts.nodes. */
  nodes: readonly string[];
  clock: Clock;
}

const programMode = 0o700;
/** A turn that is still there after so long belonged to a hook that was killed. */
const staleTurnMs = 60 * 60 * 1000;

/**
 * Puts the hook and its launcher where the settings say they are, and leaves
 * what is right already as it is. To be done when hooks are installed, and
 * again (`refreshProgram`) whenever a window opens: an update of the editor may
 * have moved its Node, one of the extension has another hook.js. Throws what
 * the file system threw.
 */
export async function placeProgram(deps: ProgramDeps): Promise<HookFiles> {
  const files = hookFiles(deps.home);
  await ensurePrivateFolder(files.folder);
  await ensurePrivateFolder(files.turns);
  await place(files.script, await readFile(deps.builtScript), privateFileMode);
  const launcher = launcherText({ ...deps, files });
  await place(files.launcher, Buffer.from(launcher), programMode);
  await removeStaleTurns(files.turns, deps.clock);
  return files;
}

/** The same where the program was placed before; nothing where hooks were never installed. */
export async function refreshProgram(deps: ProgramDeps): Promise<void> {
  if (await bytesOf(hookFiles(deps.home).launcher)) {
    await placeProgram(deps);
  }
}

async function place(path: string, bytes: Buffer, mode: number): Promise<void> {
  const there = await bytesOf(path);
  if (!there?.equals(bytes)) {
    await replaceFile(path, bytes, mode);
  }
}

async function bytesOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) {
      return undefined;
    }
    throw error;
  }
}

async function removeStaleTurns(folder: string, clock: Clock): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && clock.now() - found.mtimeMs > staleTurnMs) {
      await rm(path, { force: true });
    }
  }
}

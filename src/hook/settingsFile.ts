import { createHash } from "node:crypto";
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Clock } from "../base/clock";
import { ensurePrivateFolder, privateFileMode } from "../node/privateFiles";
import { hasCode } from "../queue/fileErrors";
import { replaceFile } from "./replaceFile";

/** changedSince: somebody has edited the file meanwhile, and what they wrote is worth more. */
export type UndoOutcome = "undone" | "changedSince";

/**
 * busy: somebody else wrote to the file each time that we were about to.
 * `backup` is the copy of what was there, null where there was nothing.
 */
export type FileEdit<T> =
  | { kind: "left"; why: T }
  | {
      kind: "written";
      backup: string | null;
      undo: () => Promise<UndoOutcome>;
    }
  | { kind: "busy" };

/** Kept of each settings file. */
const backupCount = 5;
const maxTries = 5;
/** The CLI keeps no secret there itself, but people put some under `env`. */
const newFileMode = privateFileMode;
/** As the CLI makes its folder. */
const newFolderMode = 0o755;

interface Seen {
  /** The file itself, where the path is a link to it. */
  target: string;
  /** Undefined when there is no file. */
  bytes: Buffer | undefined;
  mode: number;
}

/**
 * Edits a file that belongs to somebody else: in one step, with a backup, and
 * never over an edit that came in between. `change` gets the text ("" where
 * there is no file, undefined where it is no UTF-8), and answers with the new
 * one or says why there is none.
 * Throws what the file system threw.
 */
export async function editFile<T>(
  deps: { backups: string; clock: Clock },
  path: string,
  change: (text: string | undefined) => { text: string } | { why: T },
): Promise<FileEdit<T>> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const seen = await look(path);
    const changed = change(textOf(seen));
    if ("why" in changed) {
      return { kind: "left", why: changed.why };
    }
    const bytes = Buffer.from(changed.text);
    const madeFolder = await mkdir(dirname(seen.target), {
      recursive: true,
      mode: newFolderMode,
    });
    const backup = await keepBackup(deps, path, seen);
    if (
      await replaceFile(seen.target, bytes, seen.mode, () => isAsSeen(seen))
    ) {
      return {
        kind: "written",
        backup,
        undo: () => undo(seen, bytes, madeFolder),
      };
    }
  }
  return { kind: "busy" };
}

async function look(path: string): Promise<Seen> {
  const target = await targetOf(path);
  const bytes = await bytesOf(target);
  const mode = bytes ? (await stat(target)).mode & 0o7777 : newFileMode;
  return { target, bytes, mode };
}

function textOf({ bytes }: Seen): string | undefined {
  const text = bytes?.toString("utf8") ?? "";
  return !bytes || Buffer.from(text).equals(bytes) ? text : undefined;
}

/** What a link leads to, also where there is nothing yet; a link of links to its end. */
async function targetOf(path: string): Promise<string> {
  let current = path;
  for (let links = 0; links < 40; links += 1) {
    const found = await lstat(current).catch(() => undefined);
    if (!found?.isSymbolicLink()) {
      break;
    }
    current = resolve(dirname(current), await readlink(current));
  }
  return current;
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

async function isAsSeen({ target, bytes }: Seen): Promise<boolean> {
  return isSame(await bytesOf(target), bytes);
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one && other ? one.equals(other) : one === other;
}

async function undo(
  before: Seen,
  written: Buffer,
  madeFolder: string | undefined,
): Promise<UndoOutcome> {
  const isOurs = () => isAsSeen({ ...before, bytes: written });
  if (before.bytes) {
    return (await replaceFile(before.target, before.bytes, before.mode, isOurs))
      ? "undone"
      : "changedSince";
  }
  if (!(await isOurs())) {
    return "changedSince";
  }
  await rm(before.target);
  if (madeFolder !== undefined) {
    await removeEmpty(dirname(before.target));
  }
  return "undone";
}

async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY")) {
      throw error;
    }
  }
}

/** Named by the settings file's path, so that each one's number is bounded by itself. */
async function keepBackup(
  { backups, clock }: { backups: string; clock: Clock },
  path: string,
  { bytes }: Seen,
): Promise<string | null> {
  if (!bytes) {
    return null;
  }
  await ensurePrivateFolder(backups);
  const which = createHash("sha256").update(path).digest("hex").slice(0, 12);
  const stamp = String(Math.round(clock.now())).padStart(15, "0");
  const backup = join(backups, `${which}-${stamp}.json`);
  await writeFile(backup, bytes, { mode: privateFileMode });
  const all = (await readdir(backups))
    .filter((name) => name.startsWith(`${which}-`))
    .sort();
  for (const name of all.slice(0, -backupCount)) {
    await rm(join(backups, name), { force: true });
  }
  return backup;
}

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  writeSync,
} from "node:fs";
import { hasCode, isUnusable } from "./fileErrors";
import {
  ensureQueueFolder,
  queueFileMode,
  type QueuePaths,
} from "./queueFolder";

/** A writer meets one rotation, seldom two; whoever meets this many is not writing to a queue. */
const maxTries = 16;

/**
 * A link could lead out of the folder, and a pipe without a reader would hold
 * the hook for ever: neither is opened. (Windows has no such flags, and no
 * such pipes in folders.)
 */
const writeFlags =
  constants.O_WRONLY |
  constants.O_CREAT |
  (process.platform === "win32"
    ? 0
    : constants.O_NOFOLLOW | constants.O_NONBLOCK);
const appendFlags = writeFlags | constants.O_APPEND;

export interface VerifiedAppend {
  path: string;
  bytes: Buffer;
  /**
   * Asked before each try with the file's size: whether to write now, to look
   * at the path again (the file was moved away), or to give up.
   */
  before?: (sizeBytes: number) => "write" | "again" | "stop";
  /** What stands at the path cannot be opened: get it away. */
  clear: () => void;
}

/**
 * Appends to a file that others may rename at any moment, so that what it
 * reports as written was written before the rename. Throws what the file
 * system threw, a full disk above all; what was written of a line then has no
 * newline at its end.
 */
export function appendVerified(
  paths: QueuePaths,
  { path, bytes, before, clear }: VerifiedAppend,
): "written" | "stopped" | "unsteady" {
  let isCleared = false;
  for (let tries = 0; tries < maxTries; tries += 1) {
    let file: number;
    try {
      file = openForAppend(paths, path);
    } catch (error) {
      if (isCleared || !isUnusable(error)) {
        throw error;
      }
      isCleared = true;
      clear();
      continue;
    }
    try {
      const next = before?.(fstatSync(file).size) ?? "write";
      if (next === "stop") {
        return "stopped";
      }
      if (
        next === "write" &&
        writeSync(file, bytes) === bytes.length &&
        isStillThere(path, file)
      ) {
        return "written";
      }
    } finally {
      closeSync(file);
    }
  }
  return "unsteady";
}

/** Opens a file to be written anew. Throws what the file system threw. */
export function openForReplace(path: string): number {
  return openSync(path, writeFlags | constants.O_TRUNC, queueFileMode);
}

/**
 * Whether the file is still the one at its path. Asked after the write: if it
 * is, the write came before any rename, and so before the first read of
 * whoever renamed it. If not, the reader may have passed the line's place or
 * removed the file, and the line is written once more; the same
 * client_event_id makes a second copy harmless. The reader needs to do nothing
 * for this, so that nothing is lost when it dies at any point.
 */
function isStillThere(path: string, file: number): boolean {
  const mine = fstatSync(file, { bigint: true });
  const current = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return current?.ino === mine.ino && current.dev === mine.dev;
}

function openForAppend(paths: QueuePaths, path: string): number {
  try {
    return openSync(path, appendFlags, queueFileMode);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) {
      throw error;
    }
    ensureQueueFolder(paths);
    return openSync(path, appendFlags, queueFileMode);
  }
}

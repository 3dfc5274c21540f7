import { lstatSync, renameSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "./fileErrors";
import type { QueuePaths } from "./queueFolder";
import { listQueue, newFileName } from "./queueFiles";

/**
 * Renames what hooks have appended so far, to a name above all others;
 * undefined when there is no file. What is confirmed to a hook was written
 * before the rename (see appendFile.ts), so whoever opens the file afterwards
 * sees all of it. Under the queue's lock, for the order alone: the second one
 * of two who do it at once finds what was appended in between. Throws what the
 * file system threw.
 */
export function rotatePending(
  paths: QueuePaths,
  kind: "claimed" | "segment",
): string | undefined {
  const { nextNumber } = listQueue(paths);
  const path = join(paths.folder, newFileName(kind, nextNumber));
  try {
    renameSync(paths.pending, path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) {
      return undefined;
    }
    throw error;
  }
  return path;
}

/** 0 when there is none. */
export function pendingBytes(paths: QueuePaths): number {
  return lstatSync(paths.pending, { throwIfNoEntry: false })?.size ?? 0;
}

import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  statSync,
  writeSync,
} from "node:fs";
import { messageOf } from "../base/errors";
import type { EventRecord } from "../protocol/eventRecord";
import { hasCode } from "./fileErrors";
import {
  ensureQueueFolder,
  queueFileMode,
  type QueuePaths,
} from "./queueFolder";
import { isMarkedSignedIn } from "./signedInMarker";

/** dropped: there was no room, and the drop is counted. failed: the file system's words. */
export type AppendOutcome =
  | { kind: "appended" }
  | { kind: "signedOut" }
  | { kind: "dropped" }
  | { kind: "failed"; reason: string };

/**
 * The most that waits in pending.jsonl. The relay claims it only when no
 * earlier claim is left, so at most twice this much lies in the folder; with
 * the quarantine's 4 MiB that stays below the promised 64 MiB.
 */
const maxPendingBytes = 28 * 1024 * 1024;

/** A writer meets one rotation, seldom two; whoever meets this many is not writing to a queue. */
const maxTries = 16;

const appendFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;

/**
 * Puts one record on the queue: once this returns `appended`, it is delivered
 * at least once. Synchronous, because the hook is a process of a few
 * milliseconds that does nothing else. Never throws.
 */
export function appendRecord(
  paths: QueuePaths,
  record: EventRecord,
  limitBytes = maxPendingBytes,
): AppendOutcome {
  if (!isMarkedSignedIn(paths)) {
    return { kind: "signedOut" };
  }
  try {
    // A torn line at the end of the file must not swallow this one, and nobody
    // can be sure of the last byte while others write: each line starts anew.
    // Readers pass over the blank lines.
    return appendBytes(
      paths,
      Buffer.from(`\n${JSON.stringify(record)}\n`),
      limitBytes,
    );
  } catch (error) {
    return { kind: "failed", reason: messageOf(error) };
  }
}

function appendBytes(
  paths: QueuePaths,
  bytes: Buffer,
  limitBytes: number,
): AppendOutcome {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const file = openForAppend(paths, paths.pending);
    try {
      if (fstatSync(file).size + bytes.length > limitBytes) {
        countDrop(paths);
        return { kind: "dropped" };
      }
      const isWhole = writeSync(file, bytes) === bytes.length;
      if (isWhole && isStillPending(paths, file)) {
        return { kind: "appended" };
      }
    } finally {
      closeSync(file);
    }
  }
  return { kind: "failed", reason: "The queue's file would not stay in place" };
}

/**
 * Whether the file is still the one that hooks append to. Asked after the
 * write: if it is, the write came before the relay's rename, and so before
 * its first read. If not, the relay may have read past the line's place or
 * removed the file, and the line is written once more; the same
 * client_event_id makes a second copy harmless. The relay needs to do nothing
 * for this, so that nothing is lost when it dies at any point.
 */
function isStillPending(paths: QueuePaths, file: number): boolean {
  const mine = fstatSync(file, { bigint: true });
  const current = statSync(paths.pending, {
    bigint: true,
    throwIfNoEntry: false,
  });
  return current?.ino === mine.ino && current.dev === mine.dev;
}

function countDrop(paths: QueuePaths): void {
  const file = openForAppend(paths, paths.droppedCount);
  try {
    writeSync(file, "x");
  } finally {
    closeSync(file);
  }
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

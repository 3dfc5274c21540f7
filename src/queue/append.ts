import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { systemClock } from "../node/systemClock";
import type { EventRecord } from "../protocol/eventRecord";
import { appendVerified } from "./appendFile";
import { countDropped, dropKind } from "./dropped";
import { type QueueLimits, queueLimits } from "./limits";
import { withCheck } from "./lineCheck";
import { makeRoom } from "./makeRoom";
import { isDiskFull } from "./fileErrors";
import type { QueuePaths } from "./queueFolder";
import { tryQueueLock } from "./queueLock";
import { pendingBytes, rotatePending } from "./rotate";
import { isMarkedSignedIn } from "./signedInMarker";

/** dropped: there was no room, and the drop is counted. failed: the file system's words. */
export type AppendOutcome =
  | { kind: "appended" }
  | { kind: "signedOut" }
  | { kind: "dropped" }
  | { kind: "failed"; reason: string };

const unsteadyReason = "The queue's file would not stay in place";

export interface AppendOptions {
  limits?: QueueLimits;
  clock?: Clock;
}

/**
 * Puts one record on the queue: once this returns `appended`, it is delivered
 * at least once, or counted as dropped when the queue is at its limit and less
 * important than what came later. Synchronous, because the hook is a process
 * of a few milliseconds that does nothing else. Never throws.
 */
export function appendRecord(
  paths: QueuePaths,
  record: EventRecord,
  { limits = queueLimits, clock = systemClock }: AppendOptions = {},
): AppendOutcome {
  if (!isMarkedSignedIn(paths)) {
    return { kind: "signedOut" };
  }
  try {
    return append(paths, record, { limits, clock });
  } catch (error) {
    return { kind: "failed", reason: messageOf(error) };
  }
}

function append(
  paths: QueuePaths,
  record: EventRecord,
  { limits, clock }: Required<AppendOptions>,
): AppendOutcome {
  // A torn line at the end of the file must not swallow this one, and nobody
  // can be sure of the last byte while others write: each line starts anew.
  // Readers pass over the blank lines.
  const bytes = Buffer.from(`\n${withCheck(JSON.stringify(record))}\n`);
  let tries = 0;
  const outcome = appendVerified(paths, {
    path: paths.pending,
    bytes,
    before: (sizeBytes) => {
      tries += 1;
      const wantedBytes = sizeBytes + bytes.length;
      if (tries > 1 && !isMarkedSignedIn(paths)) {
        // What was deleted for a sign-out must not come back.
        return "stop";
      }
      if (sizeBytes === 0 || wantedBytes <= limits.segmentBytes) {
        return "write";
      }
      if (startSegment(paths, sizeBytes, limits, clock)) {
        return "again";
      }
      return wantedBytes <= limits.pendingBytes ? "write" : "stop";
    },
    // Whatever it is, the relay finds out, and keeps what can be read of it.
    clear: () =>
      void underLock(paths, clock, () => rotatePending(paths, "segment")),
  });
  switch (outcome) {
    case "written":
      return { kind: "appended" };
    case "unsteady":
      return { kind: "failed", reason: unsteadyReason };
    case "stopped":
      if (!isMarkedSignedIn(paths)) {
        return { kind: "signedOut" };
      }
      countDropped(paths, { [dropKind(record.decision)]: 1 });
      return { kind: "dropped" };
  }
}

/** Whether the hooks' file, which had this size, is a fresh one now. */
function startSegment(
  paths: QueuePaths,
  sizeBytes: number,
  limits: QueueLimits,
  clock: Clock,
): boolean {
  return underLock(paths, clock, () => {
    if (pendingBytes(paths) < sizeBytes) {
      // Somebody else did it in between.
      return true;
    }
    return (
      makeRoom(paths, limits) && rotatePending(paths, "segment") !== undefined
    );
  });
}

/** False when somebody else is at it (a hook does not wait), or when the disk is full. */
function underLock(
  paths: QueuePaths,
  clock: Clock,
  run: () => unknown,
): boolean {
  const lock = tryQueueLock(paths, clock.now());
  try {
    return lock !== undefined && Boolean(run());
  } catch (error) {
    if (isDiskFull(error)) {
      return false;
    }
    throw error;
  } finally {
    lock?.dispose();
  }
}

import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { pauseSync, systemClock } from "../node/systemClock";
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

/**
 * A hook waits for nobody, but for this: the file has grown by megabytes while
 * another process makes room, and there is no other place for the event.
 */
const pauseMs = 2;
const maxPauses = 50;

const unsteadyReason = "The queue's file would not stay in place";

export interface AppendOptions {
  limits?: QueueLimits;
  clock?: Clock;
  /** Stands still for so many milliseconds. */
  pause?: (ms: number) => void;
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
  {
    limits = queueLimits,
    clock = systemClock,
    pause = pauseSync,
  }: AppendOptions = {},
): AppendOutcome {
  if (!isMarkedSignedIn(paths)) {
    return { kind: "signedOut" };
  }
  try {
    return append(paths, record, { limits, clock, pause });
  } catch (error) {
    return { kind: "failed", reason: messageOf(error) };
  }
}

function append(
  paths: QueuePaths,
  record: EventRecord,
  options: Required<AppendOptions>,
): AppendOutcome {
  const { limits, clock, pause } = options;
  // A torn line at the end of the file must not swallow this one, and nobody
  // can be sure of the last byte while others write: each line starts anew.
  // Readers pass over the blank lines.
  const bytes = Buffer.from(`\n${withCheck(JSON.stringify(record))}\n`);
  let tries = 0;
  let pauses = 0;
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
      for (;;) {
        const made = startSegment(paths, sizeBytes, options);
        if (made === "made") {
          return "again";
        }
        if (wantedBytes <= limits.pendingBytes) {
          return "write";
        }
        if (made === "noRoom" || pauses >= maxPauses) {
          return "stop";
        }
        pauses += 1;
        pause(pauseMs);
      }
    },
    // Whatever it is, the relay finds out, and keeps what can be read of it.
    clear: () =>
      void underLock(
        paths,
        clock,
        () => rotatePending(paths, "segment") !== undefined,
      ),
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

/** Makes the hooks' file, which had this size, a fresh one; busy: somebody else is at it. */
function startSegment(
  paths: QueuePaths,
  sizeBytes: number,
  { limits, clock }: Required<AppendOptions>,
): "made" | "noRoom" | "busy" {
  const isMade = underLock(paths, clock, () => {
    if (pendingBytes(paths) < sizeBytes) {
      // Somebody else did it in between.
      return true;
    }
    return (
      makeRoom(paths, limits) && rotatePending(paths, "segment") !== undefined
    );
  });
  return isMade === undefined ? "busy" : isMade ? "made" : "noRoom";
}

/** What `run` gives; false when the disk is full, undefined when somebody else has the lock. */
function underLock(
  paths: QueuePaths,
  clock: Clock,
  run: () => boolean,
): boolean | undefined {
  const lock = tryQueueLock(paths, clock.now());
  try {
    return lock && run();
  } catch (error) {
    if (isDiskFull(error)) {
      return false;
    }
    throw error;
  } finally {
    lock?.dispose();
  }
}

import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type Clock, sleep } from "../base/clock";
import { hasCode } from "./fileErrors";
import type { QueuePaths } from "./queueFolder";
import { claimedName, listQueue } from "./queueFiles";
import { takeQueueLock } from "./queueLock";
import { pendingBytes, rotatePending } from "./rotate";

/**
 * Takes the oldest part of the queue, which is the caller's alone from then
 * on; undefined when nothing waits. What a relay that died had taken comes
 * first. To be called by the one relay, which takes one at a time: that keeps
 * the order. What hooks are appending to now is taken after `gatherMs` at the
 * earliest. Throws what the file system threw.
 */
export async function claimOldest(
  paths: QueuePaths,
  clock: Clock,
  gatherMs: number,
): Promise<string | undefined> {
  const { claims, segments } = listQueue(paths);
  if (claims[0]) {
    return claims[0].path;
  }
  if (segments.length === 0) {
    // An idle queue is looked at often, and nothing is written for that.
    if (pendingBytes(paths) === 0) {
      return undefined;
    }
    if (gatherMs > 0) {
      await sleep(clock, gatherMs);
    }
  }
  const lock = await takeQueueLock(paths, clock);
  try {
    return claimSegment(paths) ?? rotatePending(paths, "claimed");
  } finally {
    lock.dispose();
  }
}

function claimSegment(paths: QueuePaths): string | undefined {
  const [segment] = listQueue(paths).segments;
  if (!segment) {
    return undefined;
  }
  const path = join(paths.folder, claimedName(segment));
  try {
    renameSync(segment.path, path);
  } catch (error) {
    if (hasCode(error, "ENOENT") && !existsSync(segment.path)) {
      // It was deleted, lock or no lock: the caller looks again.
      return undefined;
    }
    throw error;
  }
  return path;
}

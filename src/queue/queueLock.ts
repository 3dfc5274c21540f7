import { closeSync, lstatSync, openSync, rmSync } from "node:fs";
import { type Clock, sleep } from "../base/clock";
import { type DisposableLike, toDisposable } from "../base/lifecycle";
import { hasCode, isDiskFull } from "./fileErrors";
import { queueFileMode, type QueuePaths } from "./queueFolder";

/** Whoever has held it for longer is dead, or asleep. The longest work under it takes a tenth of that. */
const staleMs = 3_000;
const retryMs = 10;

/**
 * Takes the right to rename and shorten the queue's files; undefined when
 * somebody else has it. It keeps the order and the counts exact. No event
 * depends on it: everything done under it is safe for two at once (see
 * rotate.ts and makeRoom.ts), so that a lock whose owner was killed may simply
 * be taken away, and a full disk is no reason to stop. Throws what the file
 * system threw.
 */
export function tryQueueLock(
  paths: QueuePaths,
  now: number,
): DisposableLike | undefined {
  try {
    if (create(paths.lock)) {
      return release(paths.lock);
    }
    const held = lstatSync(paths.lock, { throwIfNoEntry: false });
    // A clock that was set back makes locks of the future.
    if (held && Math.abs(now - held.mtimeMs) < staleMs) {
      return undefined;
    }
    rmSync(paths.lock, { recursive: true, force: true });
    return create(paths.lock) ? release(paths.lock) : undefined;
  } catch (error) {
    if (isDiskFull(error)) {
      return toDisposable(() => {
        // Nothing was taken.
      });
    }
    throw error;
  }
}

/** The same, for those who can wait. */
export async function takeQueueLock(
  paths: QueuePaths,
  clock: Clock,
): Promise<DisposableLike> {
  for (;;) {
    const lock = tryQueueLock(paths, clock.now());
    if (lock) {
      return lock;
    }
    await sleep(clock, retryMs);
  }
}

function create(path: string): boolean {
  try {
    closeSync(openSync(path, "wx", queueFileMode));
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST", "EISDIR", "ELOOP")) {
      return false;
    }
    throw error;
  }
}

function release(path: string): DisposableLike {
  return toDisposable(() => rmSync(path, { force: true }));
}

import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../base/clock";
import { listQueue, measureFolder } from "./queueFiles";
import type { QueuePaths } from "./queueFolder";
import { takeQueueLock } from "./queueLock";
import { rotatePending } from "./rotate";
import { readStats, writeStats } from "./stats";
import { readWaiting } from "./waiting";

/**
 * Deletes every record in the folder: what waits, what was put aside, and the
 * log of what went. Gives how many were waiting. It is the user's word, and so
 * no drop: what was delivered and dropped before stays counted, and the rest
 * is zero.
 *
 * Hooks and a relay may run meanwhile: an event that a hook confirms after
 * this was called may stay (take the marker of the sign-in away first), and
 * the one batch that a relay has under way may still go out; nothing else
 * does. Throws what the file system threw; then it may be called again.
 */
export async function deleteQueue(
  paths: QueuePaths,
  clock: Clock,
): Promise<number> {
  const lock = await takeQueueLock(paths, clock);
  try {
    rotatePending(paths, "segment");
    const { total } = await readWaiting(paths, { first: 0, last: 0 });
    const { claims, segments } = listQueue(paths);
    const { spare } = measureFolder(paths);
    const files = [
      ...[...segments, ...claims].map(({ path }) => path),
      ...spare.map((name) => join(paths.folder, name)),
      ...[paths.quarantine, paths.sent, paths.progress],
    ];
    for (const path of files) {
      rmSync(path, { recursive: true, force: true });
    }
    await writeStats(paths, {
      ...(await readStats(paths)),
      queued: 0,
      oldestQueuedAt: null,
      quarantined: 0,
    });
    return total;
  } finally {
    lock.dispose();
  }
}

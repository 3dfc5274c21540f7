import { readFile, stat } from "node:fs/promises";
import * as v from "valibot";
import { writePrivateFile } from "../node/privateFiles";
import { validateJson } from "../protocol/validate";
import type { QueuePaths } from "./queueFolder";

/**
 * How the queue stands, as the relay last knew it. One small file, which
 * survives the relay; other windows' relays read it while they stand by.
 */
const queueStatsSchema = v.object({
  queued: v.number(),
  /** Milliseconds since 1970, UTC. */
  oldestQueuedAt: v.nullable(v.number()),
  /** Events that found no room and are gone. */
  dropped: v.number(),
  /** Lines and events that cannot be delivered, kept apart. */
  quarantined: v.number(),
  lastAckAt: v.nullable(v.number()),
});
export type QueueStats = v.InferOutput<typeof queueStatsSchema>;

const emptyStats: QueueStats = {
  queued: 0,
  oldestQueuedAt: null,
  dropped: 0,
  quarantined: 0,
  lastAckAt: null,
};

/** What the file says; all zero when it is not there or damaged: it holds no events. */
export async function readStats(paths: QueuePaths): Promise<QueueStats> {
  const text = await readFile(paths.stats, "utf8").catch(() => "");
  return validateJson(queueStatsSchema, text) ?? emptyStats;
}

/** Throws what the file system threw. */
export async function writeStats(
  paths: QueuePaths,
  stats: QueueStats,
): Promise<void> {
  await writePrivateFile(paths.stats, `${JSON.stringify(stats)}\n`);
}

/** How many events hooks had to drop: one byte each. */
export async function readDropped(paths: QueuePaths): Promise<number> {
  const found = await stat(paths.droppedCount).catch(() => undefined);
  return found?.size ?? 0;
}

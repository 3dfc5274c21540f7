import * as v from "valibot";
import { validateJson } from "../protocol/validate";
import { type DroppedCounts, readDropped } from "./dropped";
import { replaceFile } from "./queueFiles";
import type { QueuePaths } from "./queueFolder";
import { readText } from "./readFile";
import { readSentLog } from "./sentLog";

const count = v.pipe(v.number(), v.minValue(0));

/**
 * How the queue stands, as the relay last knew it. One small file, which
 * survives the relay.
 */
const queueStatsSchema = v.object({
  queued: count,
  /** Milliseconds since 1970, UTC. */
  oldestQueuedAt: v.nullable(v.number()),
  /** Events that found no room and are gone. */
  dropped: count,
  /** The same, by what was decided; `other` is `ask` and what is no decision. */
  droppedByDecision: v.object({ allow: count, deny: count, other: count }),
  /** Lines and events that cannot be delivered, kept apart. */
  quarantined: count,
  lastAckAt: v.nullable(v.number()),
  /** Events that a server took, since this file was last lost; at least. */
  delivered: count,
});
export type QueueStats = v.InferOutput<typeof queueStatsSchema>;

const maxFileBytes = 16 * 1024;

/**
 * What the file says. When it is missing or damaged: what the other files
 * tell of the past; what waits must be counted (see tally.ts).
 */
export async function readStats(paths: QueuePaths): Promise<QueueStats> {
  const text = await readText(paths.stats, maxFileBytes);
  return validateJson(queueStatsSchema, text) ?? (await rebuild(paths));
}

/** Keeps the figures, and nothing else that comes with them. Throws what the file system threw. */
export async function writeStats(
  paths: QueuePaths,
  stats: QueueStats,
): Promise<void> {
  await replaceFile(
    paths,
    paths.stats,
    `${JSON.stringify(v.parse(queueStatsSchema, stats))}\n`,
  );
}

export function sumOf({ allow, deny, other }: DroppedCounts): number {
  return allow + deny + other;
}

async function rebuild(paths: QueuePaths): Promise<QueueStats> {
  const droppedByDecision = await readDropped(paths);
  const { records, writtenAt } = await readSentLog(paths);
  return {
    queued: 0,
    oldestQueuedAt: null,
    dropped: sumOf(droppedByDecision),
    droppedByDecision,
    quarantined: 0,
    lastAckAt: writtenAt,
    delivered: records.length,
  };
}

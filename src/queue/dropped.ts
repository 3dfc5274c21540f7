import { readFile } from "node:fs/promises";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { appendVerified } from "./appendFile";
import { queueFileMode, type QueuePaths } from "./queueFolder";
import { putAside } from "./queueFiles";

/** Events that found no room and are gone, by what was decided. */
export interface DroppedCounts {
  allow: number;
  deny: number;
  /** `ask`, and events that are no decision. */
  other: number;
}

/** Lines are summed up beyond this. */
const compactBytes = 64 * 1024;
const linePattern = /^(allow|deny|other) (\d{1,15})$/;

/** The kind that an event with this decision is counted as. */
export function dropKind(decision: string | null): keyof DroppedCounts {
  return decision === "allow" || decision === "deny" ? decision : "other";
}

/**
 * Counts losses before they happen: who dies in between has counted too many,
 * never too few. Throws what the file system threw; then nothing may be
 * dropped.
 */
export function countDropped(
  paths: QueuePaths,
  counts: Partial<DroppedCounts>,
): void {
  const lines = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `\n${kind} ${count}\n`);
  if (lines.length === 0) {
    return;
  }
  const outcome = appendVerified(paths, {
    path: paths.droppedCount,
    bytes: Buffer.from(lines.join("")),
    clear: () => putAside(paths, paths.droppedCount),
  });
  if (outcome !== "written") {
    throw new Error("The count of lost events would not stay in place");
  }
}

/**
 * Makes the file, so that it has a block of its own: a loss can be counted
 * even when the disk is full. Throws what the file system threw.
 */
export function prepareDropped(paths: QueuePaths): void {
  appendVerified(paths, {
    path: paths.droppedCount,
    bytes: Buffer.from("\n"),
    before: (sizeBytes) => (sizeBytes === 0 ? "write" : "stop"),
    clear: () => putAside(paths, paths.droppedCount),
  });
}

/** All zero when nothing was counted. Lines that make no sense are passed over. */
export async function readDropped(paths: QueuePaths): Promise<DroppedCounts> {
  return sum(await readFile(paths.droppedCount, "utf8").catch(() => ""));
}

/** Under the queue's lock. Whoever appends meanwhile notices the rename, and appends again. */
export function compactDropped(paths: QueuePaths, sizeBytes: number): void {
  if (sizeBytes < compactBytes) {
    return;
  }
  const { allow, deny, other } = sum(readFileSync(paths.droppedCount, "utf8"));
  const temporary = `${paths.droppedCount}.${randomUUID()}.tmp`;
  try {
    writeFileSync(
      temporary,
      `\nallow ${allow}\ndeny ${deny}\nother ${other}\n`,
      { mode: queueFileMode, flag: "wx" },
    );
    renameSync(temporary, paths.droppedCount);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function sum(text: string): DroppedCounts {
  const counts: DroppedCounts = { allow: 0, deny: 0, other: 0 };
  for (const line of text.split("\n")) {
    const [, kind, count] = linePattern.exec(line) ?? [];
    if (kind === "allow" || kind === "deny" || kind === "other") {
      counts[kind] += Number(count);
    }
  }
  return counts;
}

import { randomUUID } from "node:crypto";
import { lstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "./fileErrors";
import type { QueuePaths } from "./queueFolder";
import { writePrivateFile } from "../node/privateFiles";

/**
 * How much of a segment was given up for room: nothing; its `allow` events;
 * all but its `deny` events. In the name, so that whoever looks for room need
 * not read what was read before.
 */
export type StripLevel = 0 | 1 | 2;

/**
 * A part of the queue that nobody appends to any more:
 * `segment-NUMBER-UUID[.LEVEL].jsonl` while it waits, `claimed-…` once a relay
 * reads it. The number gives the order; the UUID keeps two processes from ever
 * renaming onto the same name.
 */
export interface QueueFile {
  path: string;
  name: string;
  number: number;
  level: StripLevel;
}

export interface QueueListing {
  /** Oldest first; more than one only if a relay died at the wrong moment. */
  claims: QueueFile[];
  segments: QueueFile[];
  /** Above all numbers in use. */
  nextNumber: number;
}

type FileKind = "claimed" | "segment";

const namePattern =
  /^(claimed|segment)-(\d{16})-[0-9a-f-]{36}(?:\.([12]))?\.jsonl$/;
const unusablePrefix = "unusable-";
const ownTemporaryPattern = /^(?:stats\.json|sent\.jsonl)\..*\.tmp$/;
const temporaryPattern = /^(?:segment-|dropped\.count\.).*\.tmp$/;

/** What the folder holds of the queue; empty when there is no folder. Throws what the file system threw. */
export function listQueue(paths: QueuePaths): QueueListing {
  const files = namesIn(paths)
    .map((name) => ({ name, match: namePattern.exec(name) }))
    .filter(({ match }) => match !== null)
    .map(({ name, match }) => ({
      kind: match?.[1],
      path: join(paths.folder, name),
      name,
      number: Number(match?.[2]),
      level: levelOf(match?.[3]),
    }))
    .sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
  const highest = files.at(-1)?.number ?? 0;
  return {
    claims: files.filter(({ kind }) => kind === "claimed"),
    segments: files.filter(({ kind }) => kind === "segment"),
    nextNumber: Math.min(highest + 1, Number.MAX_SAFE_INTEGER),
  };
}

/** A name that no other process will think of. */
export function newFileName(kind: FileKind, number: number): string {
  return `${kind}-${String(number).padStart(16, "0")}-${randomUUID()}.jsonl`;
}

/** The name of a segment once a relay has taken it. */
export function claimedName(segment: QueueFile): string {
  return segment.name.replace(/^segment/, "claimed");
}

/** The name of a segment after it was stripped. */
export function strippedName(segment: QueueFile, level: StripLevel): string {
  return segment.name.replace(/(?:\.[12])?\.jsonl$/, `.${level}.jsonl`);
}

/** Where a segment's shorter version is made. */
export function temporaryPath(segment: QueueFile): string {
  return `${segment.path}.${randomUUID()}.tmp`;
}

/**
 * Gets something that cannot be used out of the way, whatever it is, and
 * keeps it until room is needed. Throws what the file system threw.
 */
export function putAside(paths: QueuePaths, path: string): void {
  renameSync(path, join(paths.folder, `${unusablePrefix}${randomUUID()}`));
}

/**
 * Replaces one of the small files in one step, whatever stands in its place.
 * Throws what the file system threw.
 */
export async function replaceFile(
  paths: QueuePaths,
  path: string,
  text: string,
): Promise<void> {
  try {
    await writePrivateFile(path, text);
  } catch (error) {
    if (!hasCode(error, "EISDIR", "ENOTEMPTY", "EEXIST")) {
      throw error;
    }
    putAside(paths, path);
    await writePrivateFile(path, text);
  }
}

/**
 * Removes what a relay left that was killed while it replaced a file. By the
 * one relay, before it writes any. Throws what the file system threw.
 */
export function removeLeftovers(paths: QueuePaths): void {
  for (const name of namesIn(paths)) {
    if (ownTemporaryPattern.test(name)) {
      rmSync(join(paths.folder, name), { force: true });
    }
  }
}

export interface FolderSize {
  /** All regular files together. */
  totalBytes: number;
  bytesOf: ReadonlyMap<string, number>;
  /** Names of files that nobody needs: put aside, or left by somebody who died while he made room. */
  spare: string[];
}

/** The size of everything. What leftovers are spare is true for the holder of the lock only. */
export function measureFolder(paths: QueuePaths): FolderSize {
  const bytesOf = new Map<string, number>();
  const spare: string[] = [];
  let totalBytes = 0;
  for (const name of namesIn(paths)) {
    const found = lstatSync(join(paths.folder, name), {
      throwIfNoEntry: false,
    });
    if (found?.isFile() !== true) {
      continue;
    }
    bytesOf.set(name, found.size);
    totalBytes += found.size;
    if (name.startsWith(unusablePrefix) || temporaryPattern.test(name)) {
      spare.push(name);
    }
  }
  return { totalBytes, bytesOf, spare };
}

function namesIn(paths: QueuePaths): string[] {
  try {
    return readdirSync(paths.folder);
  } catch (error) {
    if (hasCode(error, "ENOENT")) {
      return [];
    }
    throw error;
  }
}

function levelOf(text: string | undefined): StripLevel {
  return text === "1" ? 1 : text === "2" ? 2 : 0;
}

import {
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { compactDropped, countDropped, type DroppedCounts } from "./dropped";
import { hasCode, isUnusable } from "./fileErrors";
import type { QueueLimits } from "./limits";
import { queueFileMode, type QueuePaths } from "./queueFolder";
import {
  listQueue,
  measureFolder,
  type QueueFile,
  strippedName,
  temporaryPath,
} from "./queueFiles";

/**
 * Gives up events until the folder is small enough, the least important
 * first, and the oldest of those: `allow` in all segments, then what is not
 * `deny`, then `deny`. What a relay has claimed is under way, and is not
 * touched; hooks' own file becomes a segment first.
 *
 * Under the queue's lock. Whoever dies in the middle has counted too much or
 * nothing, and lost nothing that was not counted; two at once (a lock that was
 * taken from a sleeper) bring events back that are then delivered although
 * they were counted. Gives whether there is room for another segment. Throws
 * what the file system threw.
 */
export function makeRoom(paths: QueuePaths, limits: QueueLimits): boolean {
  const { totalBytes, bytesOf, spare } = measureFolder(paths);
  if (totalBytes <= limits.easyBytes) {
    return true;
  }
  let size = totalBytes;
  for (const name of spare) {
    rmSync(join(paths.folder, name), { force: true });
    size -= bytesOf.get(name) ?? 0;
  }
  compactDropped(paths, bytesOf.get("dropped.count") ?? 0);
  const segments = listQueue(paths).segments.filter(({ name }) =>
    // A folder or a link under a segment's name is the relay's to put aside.
    bytesOf.has(name),
  );
  for (let step = 0; step < limits.stepsAtOnce; step += 1) {
    const next = leastImportant(segments);
    if (size <= limits.easyBytes || !next) {
      break;
    }
    size -= stripIfPossible(paths, next, segments);
  }
  return size <= limits.fullBytes;
}

/** The one that was stripped least; the oldest of those. */
function leastImportant(segments: readonly QueueFile[]): QueueFile | undefined {
  let found: QueueFile | undefined;
  for (const segment of segments) {
    if (!found || segment.level < found.level) {
      found = segment;
    }
  }
  return found;
}

/** One that cannot be read, or is gone, is passed over this time. */
function stripIfPossible(
  paths: QueuePaths,
  segment: QueueFile,
  segments: QueueFile[],
): number {
  try {
    return stripSegment(paths, segment, segments);
  } catch (error) {
    if (!isUnusable(error) && !hasCode(error, "ENOENT")) {
      throw error;
    }
    segments.splice(segments.indexOf(segment), 1);
    return 0;
  }
}

/** Takes one segment to its next level, on disk and in the list. Gives the bytes that were freed. */
function stripSegment(
  paths: QueuePaths,
  segment: QueueFile,
  segments: QueueFile[],
): number {
  const index = segments.indexOf(segment);
  if (segment.level === 2) {
    const { freedBytes } = giveUp(paths, segment, () => false);
    segments.splice(index, 1);
    return freedBytes;
  }
  const { freedBytes, isEmpty } =
    segment.level === 0
      ? giveUp(paths, segment, (kind) => kind !== "allow")
      : giveUp(paths, segment, (kind) => kind === "deny");
  if (isEmpty) {
    segments.splice(index, 1);
    return freedBytes;
  }
  const level = segment.level === 0 ? 1 : 2;
  const name = strippedName(segment, level);
  const path = join(paths.folder, name);
  renameSync(segment.path, path);
  segments[index] = { ...segment, name, path, level };
  return freedBytes;
}

/**
 * Keeps of a segment the lines that `isKept` wants: counted first, then
 * replaced in one step by a version without the others.
 */
function giveUp(
  paths: QueuePaths,
  segment: QueueFile,
  isKept: (kind: keyof DroppedCounts) => boolean,
): { freedBytes: number; isEmpty: boolean } {
  const bytes = readFileSync(segment.path);
  const kept: Buffer[] = [];
  const gone: DroppedCounts = { allow: 0, deny: 0, other: 0 };
  for (const line of linesOf(bytes)) {
    const kind = kindOf(line);
    if (isKept(kind)) {
      kept.push(line);
    } else {
      gone[kind] += 1;
    }
  }
  const sizeBytes = statSync(segment.path).size;
  if (kept.length === 0) {
    countDropped(paths, gone);
    rmSync(segment.path);
    return { freedBytes: sizeBytes, isEmpty: true };
  }
  if (gone.allow + gone.deny + gone.other === 0) {
    return { freedBytes: 0, isEmpty: false };
  }
  const rest = Buffer.concat(kept);
  const temporary = temporaryPath(segment);
  try {
    writeFileSync(temporary, rest, { mode: queueFileMode, flag: "wx" });
    countDropped(paths, gone);
    renameSync(temporary, segment.path);
  } finally {
    rmSync(temporary, { force: true });
  }
  return { freedBytes: sizeBytes - rest.length, isEmpty: false };
}

const newline = 0x0a;
const allowText = Buffer.from('"decision":"allow"');
const denyText = Buffer.from('"decision":"deny"');

/** The lines that are not blank, each with its newline; the last one gets one. */
function* linesOf(bytes: Buffer): Generator<Buffer> {
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    if (end > start) {
      yield found < 0
        ? Buffer.concat([bytes.subarray(start), Buffer.of(newline)])
        : bytes.subarray(start, end + 1);
    }
    start = end + 1;
  }
}

/**
 * What was decided, from the bytes: in JSON of ours these words are nowhere
 * else, because a quotation mark inside a text has a backslash. A line that is
 * damaged counts as no decision. (Not parsed: the hook has no time for it.)
 */
function kindOf(line: Buffer): keyof DroppedCounts {
  if (line.includes(allowText)) {
    return "allow";
  }
  return line.includes(denyText) ? "deny" : "other";
}

import type { FileHandle } from "node:fs/promises";
import { listQueue } from "./queueFiles";
import type { QueuePaths } from "./queueFolder";
import { openForRead } from "./readFile";
import { readRecordLine } from "./recordLine";

/** How far the claim that is being delivered has got. */
export interface ClaimProgress {
  inode: bigint;
  /** Lines that were acknowledged or quarantined. */
  settledLines: number;
  /** Of the first record that waits in it; ms since 1970. */
  headAt: number | null;
}

interface Counted {
  scannedBytes: number;
  lines: number;
  lastByte: number;
  firstAt: number | null;
}

const newline = 0x0a;
const chunkBytes = 256 * 1024;

/**
 * Counts what waits in the queue. Each byte of it is looked at once: a file
 * that has grown is read from where the last count ended.
 */
export class QueueTally {
  #files = new Map<bigint, Counted>();

  constructor(private readonly paths: QueuePaths) {}

  /** Looks at the folder again. */
  async refresh(): Promise<void> {
    const seen = new Map<bigint, Counted>();
    const { claims, segments } = listQueue(this.paths);
    for (const { path } of [...claims, ...segments]) {
      await this.#count(path, seen);
    }
    await this.#count(this.paths.pending, seen);
    this.#files = seen;
  }

  queued(progress: ClaimProgress | undefined): number {
    let lines = 0;
    for (const [inode, counted] of this.#files) {
      lines += left(inode, counted, progress);
    }
    return lines;
  }

  /** Milliseconds since 1970, or null when nothing waits. */
  oldestQueuedAt(progress: ClaimProgress | undefined): number | null {
    let oldest: number | null = null;
    for (const [inode, counted] of this.#files) {
      if (left(inode, counted, progress) === 0) {
        continue;
      }
      const at =
        progress?.inode === inode
          ? (progress.headAt ?? counted.firstAt)
          : counted.firstAt;
      if (at !== null && (oldest === null || at < oldest)) {
        oldest = at;
      }
    }
    return oldest;
  }

  async #count(path: string, seen: Map<bigint, Counted>): Promise<void> {
    const outcome = await openForRead(path);
    if (outcome.kind !== "opened") {
      return;
    }
    const { file } = outcome;
    try {
      const { ino, size } = await file.stat({ bigint: true });
      const known = this.#files.get(ino);
      // A shorter file under a known number is another one: numbers are used again.
      const counted =
        known && BigInt(known.scannedBytes) <= size ? { ...known } : nothing();
      await scan(file, counted);
      seen.set(ino, counted);
    } finally {
      await file.close();
    }
  }
}

function nothing(): Counted {
  return { scannedBytes: 0, lines: 0, lastByte: newline, firstAt: null };
}

function left(
  inode: bigint,
  counted: Counted,
  progress: ClaimProgress | undefined,
): number {
  const settled = progress?.inode === inode ? progress.settledLines : 0;
  return Math.max(0, counted.lines - settled);
}

async function scan(file: FileHandle, counted: Counted): Promise<void> {
  const chunk = Buffer.alloc(chunkBytes);
  for (;;) {
    const { bytesRead } = await file.read(
      chunk,
      0,
      chunkBytes,
      counted.scannedBytes,
    );
    if (bytesRead === 0) {
      return;
    }
    const bytes = chunk.subarray(0, bytesRead);
    if (counted.firstAt === null) {
      counted.firstAt = firstTimestamp(bytes);
    }
    countLines(bytes, counted);
    counted.scannedBytes += bytesRead;
  }
}

/** A newline ends a line unless it follows another one. */
function countLines(bytes: Buffer, counted: Counted): void {
  let at = bytes.indexOf(newline);
  while (at >= 0) {
    const before = at === 0 ? counted.lastByte : bytes[at - 1];
    if (before !== newline) {
      counted.lines += 1;
    }
    at = bytes.indexOf(newline, at + 1);
  }
  counted.lastByte = bytes[bytes.length - 1] ?? counted.lastByte;
}

/** Of the first record among the first lines; damaged ones are passed over. */
function firstTimestamp(bytes: Buffer): number | null {
  const lines = bytes
    .subarray(0, 16 * 1024)
    .toString("utf8")
    .split("\n");
  for (const line of lines) {
    const record = line === "" ? undefined : readRecordLine(line);
    if (record) {
      return record.timestamp;
    }
  }
  return null;
}

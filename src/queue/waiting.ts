import { existsSync } from "node:fs";
import type { EventRecord } from "../protocol/eventRecord";
import { ClaimReader, type ClaimPosition } from "./claimReader";
import { readProgress } from "./progress";
import { listQueue } from "./queueFiles";
import type { QueuePaths } from "./queueFolder";
import { openForRead } from "./readFile";
import { readRecordLine } from "./recordLine";

export interface WaitingRecords {
  /** All lines that wait, those included that will turn out to be damaged. */
  total: number;
  /** The oldest, in order. */
  first: EventRecord[];
  /** The newest, in order; none that is in `first`. */
  last: EventRecord[];
}

const linesAtOnce = 1_000;

/**
 * What waits in the queue, exactly as it would go out and in that order: the
 * first and the last so many. While a relay delivers, it may be behind by what
 * was acknowledged in the last moment. Throws what the file system threw.
 */
export async function readWaiting(
  paths: QueuePaths,
  limits: { first: number; last: number },
): Promise<WaitingRecords> {
  const collector = new Collector(limits);
  const { claims, segments } = listQueue(paths);
  for (const { path } of [...claims, ...segments]) {
    await collect(path, await readProgress(paths, path), collector);
  }
  await collect(paths.pending, { bytes: 0, lines: 0 }, collector);
  return collector.result();
}

/** Far more than a record, so that one ends and begins in it. */
const tailBytes = 64 * 1024;

/** The last record that can be read of what no relay has claimed; the end of one file is looked at. */
export async function readNewest(
  paths: QueuePaths,
): Promise<EventRecord | undefined> {
  const path = existsSync(paths.pending)
    ? paths.pending
    : listQueue(paths).segments.at(-1)?.path;
  const outcome = path === undefined ? undefined : await openForRead(path);
  if (outcome?.kind !== "opened") {
    return undefined;
  }
  const { file } = outcome;
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    const start = size - buffer.length;
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
    for (const line of lines.reverse()) {
      const record = readRecordLine(line);
      if (record) {
        return record;
      }
    }
    return undefined;
  } finally {
    await file.close();
  }
}

async function collect(
  path: string,
  start: ClaimPosition,
  collector: Collector,
): Promise<void> {
  const outcome = await ClaimReader.open(path, start);
  if (outcome.kind !== "opened") {
    return;
  }
  try {
    for (;;) {
      const lines = await outcome.claim.next(linesAtOnce);
      if (lines.length === 0) {
        return;
      }
      for (const { text } of lines) {
        collector.add(text);
      }
    }
  } finally {
    await outcome.claim.close();
  }
}

/** Keeps texts, and makes records of the few that are asked for. */
class Collector {
  #total = 0;
  readonly #first: EventRecord[] = [];
  #last: string[] = [];

  constructor(private readonly limits: { first: number; last: number }) {}

  add(text: string | undefined): void {
    this.#total += 1;
    if (text === undefined) {
      return;
    }
    if (this.#first.length < this.limits.first) {
      const record = readRecordLine(text);
      if (record) {
        this.#first.push(record);
      }
      return;
    }
    this.#last.push(text);
    // Not for each line: what is thrown away is thrown away in bulk.
    if (this.#last.length > 2 * this.limits.last + linesAtOnce) {
      this.#last = this.#lastTexts();
    }
  }

  result(): WaitingRecords {
    const last = this.#lastTexts()
      .map((text) => readRecordLine(text))
      .filter((record) => record !== undefined);
    return { total: this.#total, first: this.#first, last };
  }

  #lastTexts(): string[] {
    return this.limits.last > 0 ? this.#last.slice(-this.limits.last) : [];
  }
}

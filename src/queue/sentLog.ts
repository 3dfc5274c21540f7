import { lstatSync } from "node:fs";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { type EventRecord, eventRecordSchema } from "../protocol/eventRecord";
import { validateJson } from "../protocol/validate";
import { replaceFile } from "./queueFiles";
import type { QueuePaths } from "./queueFolder";
import { readText } from "./readFile";

/** What the user can look at of what went. */
const maxRecords = 200;

/** The file is replaced by its successor, so it is there twice for a moment: see limits.ts. */
const maxFileBytes = 1024 * 1024;

/** Records are gathered for this long: the log may cost nothing. */
const flushMs = 2_000;

export interface SentLogDeps {
  paths: QueuePaths;
  clock: Clock;
  log: Logger;
}

/**
 * Keeps the last records that went to a server, so that the user can look at
 * them. Owned by the one relay. A relay that is killed forgets its last two
 * seconds here; without room for the file, events are still delivered.
 */
export class SentLog extends Disposable {
  #isLoaded = false;
  /** Whether the file was there when it was last looked at. */
  #hadFile = false;
  #known: EventRecord[] = [];
  #fresh: EventRecord[] = [];
  #timer: DisposableLike | undefined;
  #writing = Promise.resolve();

  constructor(private readonly deps: SentLogDeps) {
    super();
    this.register({ dispose: () => this.#timer?.dispose() });
  }

  /** In the order in which they went. */
  add(records: readonly EventRecord[]): void {
    if (records.length === 0 || this.isDisposed) {
      return;
    }
    this.#fresh = lastOf([...this.#fresh, ...records]);
    this.#timer ??= this.deps.clock.schedule(flushMs, () => void this.flush());
  }

  /** Writes what there is. Never rejects. */
  flush(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const fresh = this.#fresh.splice(0);
    if (fresh.length === 0) {
      return;
    }
    const { paths, log } = this.deps;
    try {
      const hasFile = isFile(paths.sent);
      if (!this.#isLoaded) {
        this.#known = (await readSentLog(paths)).records;
        this.#isLoaded = true;
      } else if (this.#hadFile && !hasFile) {
        // The user had it deleted: what it told must not come back.
        this.#known = [];
      }
      this.#known = lastOf([...this.#known, ...fresh]);
      await replaceFile(paths, paths.sent, textOf(this.#known));
      this.#hadFile = true;
    } catch (error) {
      log.warn(`The log of what was sent was not written: ${messageOf(error)}`);
    }
  }
}

export interface SentRecords {
  /** Oldest first, at most 200. */
  records: EventRecord[];
  /** When the last of them was written down; milliseconds since 1970, or null. */
  writtenAt: number | null;
}

/** The last records that went, exactly as they went. Lines that make no sense are passed over. */
export async function readSentLog(paths: QueuePaths): Promise<SentRecords> {
  const text = await readText(paths.sent, maxFileBytes);
  const records = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => validateJson(eventRecordSchema, line))
    .filter((record) => record !== undefined);
  const found = lstatSync(paths.sent, { throwIfNoEntry: false });
  return {
    records: lastOf(records),
    writtenAt: records.length > 0 && found ? Math.round(found.mtimeMs) : null,
  };
}

function lastOf(records: EventRecord[]): EventRecord[] {
  return records.slice(-maxRecords);
}

function textOf(records: readonly EventRecord[]): string {
  const lines: string[] = [];
  let sizeBytes = 0;
  for (const record of records.toReversed()) {
    const line = `${JSON.stringify(record)}\n`;
    sizeBytes += Buffer.byteLength(line);
    if (sizeBytes > maxFileBytes) {
      break;
    }
    lines.push(line);
  }
  return lines.reverse().join("");
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";
import * as v from "valibot";
import { eventRecordSchema } from "../protocol/eventRecord";
import { validateJson } from "../protocol/validate";
import { appendVerified } from "./appendFile";
import { cutUtf8 } from "./cutText";
import { countDropped, dropKind, prepareDropped } from "./dropped";
import { isDiskFull } from "./fileErrors";
import { putAside } from "./queueFiles";
import type { QueuePaths } from "./queueFolder";
import { readText } from "./readFile";
import { scrubText } from "./record";

/** Part of the sum in limits.ts. */
const maxQuarantineBytes = 4 * 1024 * 1024;

/** Of a line that could not be read; enough to see what became of it. */
const maxKeptLineBytes = 8 * 1024;
const maxReasonBytes = 512;

const entrySchema = v.object({
  /** The client_event_id, or a hash of the line: the same one is kept once. */
  key: v.string(),
  reason: v.string(),
  /** Milliseconds since 1970, UTC. */
  quarantinedAt: v.number(),
  /** The line as it was in the queue, scrubbed once more, cut at 8 KiB. */
  line: v.string(),
});
type QuarantineEntry = v.InferOutput<typeof entrySchema>;

/**
 * Keeps what can never be delivered, with the reason, so that it blocks
 * nothing and is not gone either. Owned by the one relay. What finds no room
 * here is counted as dropped.
 */
export class Quarantine {
  #keys = new Set<string>();
  /** 0 while there is no file. */
  #sizeBytes = 0;

  private constructor(
    private readonly paths: QueuePaths,
    private readonly limitBytes: number,
  ) {}

  /** Throws what the file system threw; never for what the file holds. */
  static async open(
    paths: QueuePaths,
    limitBytes = maxQuarantineBytes,
  ): Promise<Quarantine> {
    const quarantine = new Quarantine(paths, limitBytes);
    if (!isFileOrNothing(paths.quarantine, limitBytes)) {
      putAside(paths, paths.quarantine);
    }
    prepareDroppedIfPossible(paths);
    await quarantine.#load();
    return quarantine;
  }

  /** How many are kept. */
  get count(): number {
    return this.#keys.size;
  }

  /** Looks at the file again, if it is not as it was left: the user may have deleted it. */
  async refresh(): Promise<void> {
    if (sizeOf(this.paths.quarantine) !== this.#sizeBytes) {
      await this.#load();
    }
  }

  /** An event that the server refuses for what it is. */
  async addRefused(
    record: { client_event_id: string },
    reason: string,
    now: number,
  ): Promise<void> {
    await this.#add({
      key: record.client_event_id,
      reason: scrubText(reason, maxReasonBytes),
      quarantinedAt: now,
      line: JSON.stringify(record),
    });
  }

  /** A line that is no record: torn, garbled or of an unknown shape. */
  async addUnreadable(
    line: string,
    reason: string,
    now: number,
  ): Promise<void> {
    await this.#add({
      key: createHash("sha256").update(line).digest("hex"),
      reason,
      quarantinedAt: now,
      line: scrubText(line, maxKeptLineBytes),
    });
  }

  async #add(entry: QuarantineEntry): Promise<void> {
    await this.refresh();
    if (this.#keys.has(entry.key)) {
      return;
    }
    const bytes = Buffer.from(
      `\n${JSON.stringify({ ...entry, line: cutUtf8(entry.line, maxKeptLineBytes) })}\n`,
    );
    if (
      this.#sizeBytes + bytes.length > this.limitBytes ||
      !this.#append(bytes)
    ) {
      countDropped(this.paths, { [kindOf(entry)]: 1 });
      return;
    }
    this.#sizeBytes = sizeOf(this.paths.quarantine);
    this.#keys.add(entry.key);
  }

  /**
   * False on a full disk. Waiting for room would be waiting for ever, if what
   * fills it are the events behind this one; a count has room (see
   * `prepareDropped`).
   */
  #append(bytes: Buffer): boolean {
    const path = this.paths.quarantine;
    try {
      const clear = () => putAside(this.paths, path);
      return appendVerified(this.paths, { path, bytes, clear }) === "written";
    } catch (error) {
      if (isDiskFull(error)) {
        return false;
      }
      throw error;
    }
  }

  async #load(): Promise<void> {
    this.#sizeBytes = sizeOf(this.paths.quarantine);
    const text = await readText(this.paths.quarantine, this.#sizeBytes);
    const keys = new Set<string>();
    for (const line of text.split("\n")) {
      const entry = line === "" ? undefined : validateJson(entrySchema, line);
      if (entry) {
        keys.add(entry.key);
      }
    }
    this.#keys = keys;
  }
}

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** A file that is far larger than it may be is none of ours either. */
function isFileOrNothing(path: string, limitBytes: number): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return !found || (found.isFile() && found.size <= 2 * limitBytes);
}

function kindOf(entry: QuarantineEntry) {
  return dropKind(
    validateJson(eventRecordSchema, entry.line)?.decision ?? null,
  );
}

function prepareDroppedIfPossible(paths: QueuePaths): void {
  try {
    prepareDropped(paths);
  } catch (error) {
    // There is no room even for that: whatever needs it says so then.
    if (!isDiskFull(error)) {
      throw error;
    }
  }
}

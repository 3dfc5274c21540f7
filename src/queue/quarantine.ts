import { createHash } from "node:crypto";
import { appendFile, readFile, stat } from "node:fs/promises";
import * as v from "valibot";
import { messageOf } from "../base/errors";
import { validateJson } from "../protocol/validate";
import { cutUtf8 } from "./cutText";
import { hasCode } from "./fileErrors";
import { queueFileMode, type QueuePaths } from "./queueFolder";
import { scrubText } from "./record";

/** With two times the pending file's limit it stays below the promised 64 MiB. */
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
  readonly #keys = new Set<string>();
  #sizeBytes = 0;
  #dropped = 0;

  private constructor(
    private readonly paths: QueuePaths,
    private readonly limitBytes: number,
  ) {}

  static async open(
    paths: QueuePaths,
    limitBytes = maxQuarantineBytes,
  ): Promise<Quarantine> {
    const quarantine = new Quarantine(paths, limitBytes);
    await quarantine.#load();
    return quarantine;
  }

  /** How many are kept. */
  get count(): number {
    return this.#keys.size;
  }

  /** How many found no room since the start of this process. */
  get dropped(): number {
    return this.#dropped;
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
    if (this.#keys.has(entry.key)) {
      return;
    }
    const text = `\n${JSON.stringify({ ...entry, line: cutUtf8(entry.line, maxKeptLineBytes) })}\n`;
    const sizeBytes = Buffer.byteLength(text);
    if (this.#sizeBytes + sizeBytes > this.limitBytes) {
      this.#dropped += 1;
      return;
    }
    await appendFile(this.paths.quarantine, text, { mode: queueFileMode });
    this.#sizeBytes += sizeBytes;
    this.#keys.add(entry.key);
  }

  async #load(): Promise<void> {
    try {
      this.#sizeBytes = (await stat(this.paths.quarantine)).size;
      const text = await readFile(this.paths.quarantine, "utf8");
      for (const line of text.split("\n")) {
        const entry = validateJson(entrySchema, line);
        if (entry) {
          this.#keys.add(entry.key);
        }
      }
    } catch (error) {
      if (!hasCode(error, "ENOENT")) {
        throw new Error(`The quarantine cannot be read: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  }
}

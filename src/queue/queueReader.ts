import { type Clock, sleep } from "../base/clock";
import { type EventRecord, eventRecordSchema } from "../protocol/eventRecord";
import { validateJson } from "../protocol/validate";
import { claimPending, listClaims } from "./claim";
import { type ClaimLine, ClaimReader } from "./claimReader";
import type { Quarantine } from "./quarantine";
import type { QueuePaths } from "./queueFolder";
import { RecentIds } from "./recentIds";
import type { ClaimProgress } from "./tally";

export interface QueueReaderDeps {
  paths: QueuePaths;
  quarantine: Quarantine;
  clock: Clock;
  newId: () => string;
  /** The least between two renames of the hooks' file, so that a burst becomes few batches. */
  claimIntervalMs: number;
}

/** The contract's batch. */
export const batchSize = 100;

interface Batch {
  records: readonly EventRecord[];
  /** Lines of the claim that it stands for, those included that were quarantined or known. */
  lines: number;
}

/**
 * What waits, in order, one batch at a time: first what a dead relay left,
 * then what hooks have written since. A batch stays the next one until it is
 * settled, and its claim stays on disk until all of it is: whoever dies in
 * between loses nothing. There must be one reader for a queue folder.
 */
export class QueueReader {
  readonly #settled = new RecentIds();
  #claim: ClaimReader | undefined;
  #settledLines = 0;
  #batch: Batch | undefined;
  #claimedAt = 0;

  constructor(private readonly deps: QueueReaderDeps) {}

  get progress(): ClaimProgress | undefined {
    return this.#claim === undefined
      ? undefined
      : {
          inode: this.#claim.inode,
          settledLines: this.#settledLines,
          headAt: this.#batch?.records[0]?.timestamp ?? null,
        };
  }

  /** The next batch, never empty; undefined when nothing waits. Throws what the file system threw. */
  async peek(): Promise<readonly EventRecord[] | undefined> {
    while (!this.#batch) {
      this.#claim ??= await this.#open();
      if (!this.#claim) {
        return undefined;
      }
      const lines = await this.#claim.next(batchSize);
      if (lines.length === 0) {
        await this.#finishClaim(this.#claim);
        continue;
      }
      const records = await this.#read(lines);
      if (records.length > 0) {
        this.#batch = { records, lines: lines.length };
      } else {
        this.#settledLines += lines.length;
      }
    }
    return this.#batch.records;
  }

  /** Every record of the batch that `peek` gave was acknowledged or quarantined. */
  settle(): void {
    for (const record of this.#batch?.records ?? []) {
      this.#settled.add(record.client_event_id);
    }
    this.#settledLines += this.#batch?.lines ?? 0;
    this.#batch = undefined;
  }

  /** Lets go of the files; what is not settled comes again. */
  async close(): Promise<void> {
    await this.#claim?.close();
    this.#claim = undefined;
    this.#batch = undefined;
    this.#settledLines = 0;
  }

  async #open(): Promise<ClaimReader | undefined> {
    const [leftover] = await listClaims(this.deps.paths);
    const path = leftover ?? (await this.#claimPending());
    this.#settledLines = 0;
    return path === undefined ? undefined : ClaimReader.open(path);
  }

  async #claimPending(): Promise<string | undefined> {
    const { paths, clock, newId, claimIntervalMs } = this.deps;
    const sinceMs = clock.now() - this.#claimedAt;
    // A clock that was set back must not stop the queue.
    if (sinceMs >= 0 && sinceMs < claimIntervalMs) {
      await sleep(clock, claimIntervalMs - sinceMs);
    }
    const claim = await claimPending(paths, { now: clock.now(), newId });
    if (claim !== undefined) {
      this.#claimedAt = clock.now();
    }
    return claim;
  }

  async #finishClaim(claim: ClaimReader): Promise<void> {
    this.#claim = undefined;
    await claim.remove();
  }

  async #read(lines: readonly ClaimLine[]): Promise<EventRecord[]> {
    const records = new Map<string, EventRecord>();
    for (const line of lines) {
      const record =
        line.text === undefined
          ? undefined
          : validateJson(eventRecordSchema, line.text);
      if (!record) {
        await this.#quarantine(line);
      } else if (!this.#settled.has(record.client_event_id)) {
        records.set(record.client_event_id, record);
      }
    }
    return [...records.values()];
  }

  async #quarantine({ text, lengthBytes }: ClaimLine): Promise<void> {
    const now = this.deps.clock.now();
    if (text === undefined) {
      const line = `(a line of ${lengthBytes} bytes)`;
      await this.deps.quarantine.addUnreadable(line, "Too long", now);
    } else {
      await this.deps.quarantine.addUnreadable(text, "Not a record", now);
    }
  }
}

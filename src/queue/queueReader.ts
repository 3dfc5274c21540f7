import { basename } from "node:path";
import type { Clock } from "../base/clock";
import type { EventRecord } from "../protocol/eventRecord";
import { claimOldest } from "./claim";
import { type ClaimLine, type ClaimPosition, ClaimReader } from "./claimReader";
import { ProgressFile } from "./progress";
import type { Quarantine } from "./quarantine";
import { putAside } from "./queueFiles";
import type { QueuePaths } from "./queueFolder";
import { RecentIds } from "./recentIds";
import { readRecordLine } from "./recordLine";
import type { ClaimProgress } from "./tally";
import { readNewest } from "./waiting";

export interface QueueReaderDeps {
  paths: QueuePaths;
  quarantine: Pick<Quarantine, "addUnreadable">;
  clock: Clock;
  /** The least between two renames of the hooks' file, so that a burst becomes few batches. */
  claimIntervalMs: number;
}

/**
 * What is under way at a time: ten of the contract's batches (relay/frames.ts),
 * so that the server writes to its disk once for several of them.
 */
export const batchSize = 1_000;

interface Batch {
  records: readonly EventRecord[];
  /** Behind its last line, those included that were quarantined or known. */
  end: ClaimPosition;
}

/**
 * What waits, in order, one batch at a time: first what a dead relay left,
 * then what hooks have written since. A batch stays the next one until it is
 * settled, and its claim stays on disk until all of it is: whoever dies in
 * between loses nothing. There must be one reader for a queue folder.
 */
export class QueueReader {
  readonly #settled = new RecentIds();
  readonly #progressFile: ProgressFile;
  #claim: ClaimReader | undefined;
  #position: ClaimPosition = { bytes: 0, lines: 0 };
  /** Read from the claim, and not yet sorted into records and others: that may fail, and is done again. */
  #lines: ClaimLine[] | undefined;
  #batch: Batch | undefined;
  #claimedAt = 0;

  constructor(private readonly deps: QueueReaderDeps) {
    this.#progressFile = new ProgressFile(deps.paths, deps.clock);
  }

  get progress(): ClaimProgress | undefined {
    return this.#claim === undefined
      ? undefined
      : {
          inode: this.#claim.inode,
          settledLines: this.#position.lines,
          headAt: this.#batch?.records[0]?.timestamp ?? null,
        };
  }

  /** The next batch, never empty; undefined when nothing waits. Throws what the file system threw. */
  async peek(): Promise<readonly EventRecord[] | undefined> {
    await this.#forgetDeleted();
    while (!this.#batch) {
      this.#claim ??= await this.#open();
      if (!this.#claim) {
        return undefined;
      }
      const lines = (this.#lines ??= await this.#claim.next(batchSize));
      const last = lines.at(-1);
      if (!last) {
        await this.#letGo()?.remove();
        continue;
      }
      const records = await this.#read(lines);
      this.#lines = undefined;
      const end = {
        bytes: last.endBytes,
        lines: this.#position.lines + lines.length,
      };
      if (records.length > 0) {
        this.#batch = { records, end };
      } else {
        this.#position = end;
      }
    }
    return this.#batch.records;
  }

  /** Every record of the batch that `peek` gave was acknowledged or quarantined. Gives them. */
  settle(): readonly EventRecord[] {
    const batch = this.#batch;
    if (!batch || !this.#claim) {
      return [];
    }
    for (const record of batch.records) {
      this.#settled.add(record.client_event_id);
    }
    this.#position = batch.end;
    this.#batch = undefined;
    this.#progressFile.reached(this.#claim.path, this.#position);
    return batch.records;
  }

  /** The newest event that waits, out of its turn; undefined when it cannot be had. */
  newest(): Promise<EventRecord | undefined> {
    return readNewest(this.deps.paths);
  }

  /** Lets go of the files; what is not settled comes again. */
  async close(): Promise<void> {
    if (this.#claim?.isThere === true && this.#position.bytes > 0) {
      this.#progressFile.save(this.#claim.path, this.#position);
    }
    await this.#letGo()?.close();
  }

  /** What the user had deleted (see deleteQueue.ts) is not sent, though it was read before. */
  async #forgetDeleted(): Promise<void> {
    if (this.#claim?.isThere === false) {
      await this.#letGo()?.close();
    }
  }

  #letGo(): ClaimReader | undefined {
    const claim = this.#claim;
    this.#claim = undefined;
    this.#lines = undefined;
    this.#batch = undefined;
    return claim;
  }

  async #open(): Promise<ClaimReader | undefined> {
    const { paths, clock, quarantine } = this.deps;
    for (;;) {
      const path = await claimOldest(paths, clock, this.#gatherMs());
      if (path === undefined) {
        return undefined;
      }
      this.#claimedAt = clock.now();
      this.#position = await this.#progressFile.begin(path);
      const outcome = await ClaimReader.open(path, this.#position);
      if (outcome.kind === "opened") {
        return outcome.claim;
      }
      if (outcome.kind === "unusable") {
        const line = `(${basename(path)})`;
        await quarantine.addUnreadable(line, outcome.reason, clock.now());
        putAside(paths, path);
      }
    }
  }

  /** What is left of the interval since the last claim. */
  #gatherMs(): number {
    const { clock, claimIntervalMs } = this.deps;
    const sinceMs = clock.now() - this.#claimedAt;
    // A clock that was set back must not stop the queue.
    return sinceMs >= 0 ? Math.max(0, claimIntervalMs - sinceMs) : 0;
  }

  async #read(lines: readonly ClaimLine[]): Promise<EventRecord[]> {
    const records = new Map<string, EventRecord>();
    for (const line of lines) {
      const record =
        line.text === undefined ? undefined : readRecordLine(line.text);
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

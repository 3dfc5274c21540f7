import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { Disposable } from "../base/lifecycle";
import { privateFileMode, privateFolderMode } from "./privateFiles";
import { readProcesses, startOfProcess } from "./processTable";

/** What is known of a process that this host has started. */
export interface LedgerEntry {
  pid: number;
  /** Words of its command line that no other process has, such as the id of its session. */
  mark: string;
  /** When it was started; milliseconds since 1970. */
  at: number;
}

export const ledgerLineSchema = v.variant("type", [
  /** Always the first. `startedAt` is null on systems that do not tell it at once. */
  v.object({
    type: v.literal("host"),
    pid: v.number(),
    startedAt: v.nullable(v.string()),
  }),
  v.object({
    type: v.literal("started"),
    pid: v.number(),
    mark: v.string(),
    at: v.number(),
    startedAt: v.nullable(v.string()),
  }),
  v.object({ type: v.literal("ended"), pid: v.number() }),
]);
type LedgerLine = v.InferOutput<typeof ledgerLineSchema>;

/**
 * Which processes this host has started, on disk, so that what it leaves when
 * it is killed can be found (see reapOrphans). One file for each host: nobody
 * else writes it. A line is appended at once, within the call that starts the
 * process, so no crash comes between. It is there only while a process is.
 */
export class ProcessLedger extends Disposable {
  readonly #entries = new Map<number, LedgerEntry>();
  readonly #path: string;
  #isWritten = false;

  constructor(private readonly folder: string) {
    super();
    this.#path = join(folder, `${process.pid}-${randomUUID()}.jsonl`);
    // Who disposes of it disposes of the processes too.
    this.register({ dispose: () => this.#forgetFile() });
  }

  get entries(): LedgerEntry[] {
    return [...this.#entries.values()];
  }

  /** Enters a process; it is taken off the list by its end. Throws what the file system threw. */
  add(entry: LedgerEntry, ended: Promise<unknown>): void {
    const { pid } = entry;
    const startedAt = startOfProcess(pid) ?? null;
    this.#append({ type: "started", ...entry, startedAt });
    this.#entries.set(pid, entry);
    void ended.then(() => this.#remove(pid));
    if (startedAt === null && process.platform !== "linux") {
      void this.#completeStart(entry);
    }
  }

  #remove(pid: number): void {
    this.#entries.delete(pid);
    if (this.isDisposed) {
      return;
    }
    try {
      if (this.#entries.size > 0) {
        this.#append({ type: "ended", pid });
      } else {
        this.#forgetFile();
      }
    } catch {
      // The disk is full, or gone. A pid too many does no harm: its start and its command must fit, too.
    }
  }

  #forgetFile(): void {
    if (this.#isWritten) {
      rmSync(this.#path, { force: true });
      this.#isWritten = false;
    }
  }

  /** Where another program must be asked: without its start an orphan cannot be told from a stranger. */
  async #completeStart(entry: LedgerEntry): Promise<void> {
    const all = await readProcesses().catch(() => []);
    const startOf = (pid: number) =>
      all.find((one) => one.pid === pid)?.startedAt ?? null;
    if (this.isDisposed || !this.#entries.has(entry.pid)) {
      return;
    }
    const startedAt = startOf(process.pid);
    this.#append({ type: "host", pid: process.pid, startedAt });
    this.#append({ type: "started", ...entry, startedAt: startOf(entry.pid) });
  }

  #append(line: LedgerLine): void {
    const lines: LedgerLine[] = [line];
    if (!this.#isWritten) {
      mkdirSync(this.folder, { recursive: true, mode: privateFolderMode });
      const { pid } = process;
      const startedAt = startOfProcess(pid) ?? null;
      lines.unshift({ type: "host", pid, startedAt });
    }
    const text = lines.map((one) => `${JSON.stringify(one)}\n`).join("");
    appendFileSync(this.#path, text, { mode: privateFileMode });
    this.#isWritten = true;
  }
}

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import type { EventRecord } from "../../src/protocol/eventRecord";
import { appendRecord } from "../../src/queue/append";
import { deleteQueue } from "../../src/queue/deleteQueue";
import { countDropped, readDropped } from "../../src/queue/dropped";
import { makeRoom } from "../../src/queue/makeRoom";
import { Quarantine } from "../../src/queue/quarantine";
import { listQueue, measureFolder } from "../../src/queue/queueFiles";
import { QueueReader } from "../../src/queue/queueReader";
import { FakeClock } from "./fakeClock";
import { QueueHome, someRecord } from "./queueHome";

/** Three events make a segment, some fifteen are all that has room. */
const limits = {
  segmentBytes: 1_200,
  pendingBytes: 2_400,
  easyBytes: 5_000,
  fullBytes: 6_500,
  stepsAtOnce: 3,
};
const quarantineBytes = 3_000;

/** One step of a queue's life; numbers are chosen anew in what is there (modulo). */
export type QueueStep =
  | { do: "append"; writer: number; decision: string | null }
  /** The writer dies in the middle of the write. */
  | { do: "tear"; bytes: number }
  /** The writer's line comes after the rename; it notices, and writes again. */
  | { do: "appendLate"; file: number }
  | { do: "peek" | "settle" | "refuse" | "crash" | "delete" | "makeRoom" }
  /** Whoever makes room dies after he has counted, or after he has copied. */
  | { do: "dieMakingRoom"; file: number }
  | { do: "pass"; ms: number }
  /** Bytes become NULs, or are cut off. */
  | { do: "garble" | "truncate"; file: number; at: number; length: number };

/** A real queue in a real folder, and beside it what must be true of it. */
export class QueueModel {
  readonly home = new QueueHome();
  readonly #clock = new FakeClock();
  readonly #written = new Map<string, EventRecord>();
  /** Confirmed, by session, in their order. */
  readonly #confirmed = new Map<string, string[]>();
  /** No longer promised: damaged by us, refused by the server, deleted by the user. */
  readonly #excused = new Set<string>();
  readonly #delivered: string[] = [];
  readonly #readers: QueueReader[] = [];
  #reader: QueueReader | undefined;
  #quarantine: Quarantine | undefined;
  #tornBytes = 0;

  async run(step: QueueStep): Promise<void> {
    switch (step.do) {
      case "append":
        this.#append(someRecord(session(step)), () => undefined);
        break;
      case "appendLate":
        // Of a session of its own: what it wrote before would be in that file, or in an older one.
        this.#append(someRecord({ session_id: randomUUID() }), (line) => {
          const file = this.#file(step.file);
          if (file !== undefined && file !== this.home.paths.pending) {
            appendFileSync(file, line);
          }
        });
        break;
      case "tear": {
        const line = `\n${JSON.stringify(someRecord())}`;
        const bytes = line.slice(0, step.bytes % line.length);
        appendFileSync(this.home.paths.pending, bytes);
        this.#tornBytes += bytes.length;
        break;
      }
      case "peek":
        await (await this.#open()).peek();
        break;
      case "settle":
        await this.#settle(false);
        break;
      case "refuse":
        await this.#settle(true);
        break;
      case "crash":
        this.#reader = undefined;
        break;
      case "delete":
        await this.#delete();
        break;
      case "makeRoom":
        makeRoom(this.home.paths, limits);
        break;
      case "dieMakingRoom":
        this.#dieMakingRoom(step.file);
        break;
      case "pass":
        await this.#clock.advance(step.ms);
        break;
      case "garble":
      case "truncate":
        this.#damage(step);
        break;
    }
    const bound =
      limits.fullBytes + 2 * limits.pendingBytes + quarantineBytes + 1_000;
    const { totalBytes } = measureFolder(this.home.paths);
    assert.ok(totalBytes <= bound + this.#tornBytes, `${totalBytes} bytes`);
  }

  /** Delivers what is left, and looks whether all is as it must be. */
  async conclude(): Promise<void> {
    const reader = await this.#open();
    while (await reader.peek()) {
      await this.#settle(false);
    }
    const delivered = new Set(this.#delivered);
    for (const id of delivered) {
      assert.ok(this.#written.has(id), `${id} was never written`);
    }
    const { allow, deny, other } = await readDropped(this.home.paths);
    const all = [...this.#confirmed.values()].flat();
    const missing = all.filter(
      (id) => !delivered.has(id) && !this.#excused.has(id),
    );
    const kinds = missing.map((id) => this.#written.get(id)?.decision);
    const count = (kind: string) => kinds.filter((one) => one === kind).length;
    assert.ok(count("allow") <= allow, "allowed ones lost");
    assert.ok(count("deny") <= deny, "denied ones lost");
    assert.ok(missing.length <= allow + deny + other, "events lost");
    for (const ids of this.#confirmed.values()) {
      const promised = ids.filter((id) => !this.#excused.has(id));
      const order = [...delivered].filter((id) => promised.includes(id));
      const expected = promised.filter((id) => delivered.has(id));
      assert.deepEqual(order, expected, "the order within a session");
    }
  }

  async dispose(): Promise<void> {
    for (const reader of this.#readers) {
      await reader.close();
    }
    this.home.remove();
  }

  #append(record: EventRecord, before: (line: string) => void): void {
    before(`\n${JSON.stringify(record)}\n`);
    this.#written.set(record.client_event_id, record);
    const outcome = appendRecord(this.home.paths, record, {
      ...{ limits, clock: this.#clock },
    });
    assert.notEqual(outcome.kind, "failed", JSON.stringify(outcome));
    if (outcome.kind === "appended") {
      const key = record.session_id ?? "";
      const ids = this.#confirmed.get(key) ?? [];
      this.#confirmed.set(key, [...ids, record.client_event_id]);
    }
  }

  async #open(): Promise<QueueReader> {
    if (!this.#reader) {
      this.#quarantine = await Quarantine.open(
        this.home.paths,
        quarantineBytes,
      );
      this.#reader = new QueueReader({
        paths: this.home.paths,
        quarantine: this.#quarantine,
        ...{ clock: this.#clock, claimIntervalMs: 0 },
      });
      this.#readers.push(this.#reader);
    }
    return this.#reader;
  }

  async #settle(isFirstRefused: boolean): Promise<void> {
    const batch = await this.#reader?.peek();
    const [first, ...others] = batch ?? [];
    if (!first || !this.#reader || !this.#quarantine) {
      return;
    }
    if (isFirstRefused) {
      await this.#quarantine.addRefused(first, "no", this.#clock.now());
      this.#excused.add(first.client_event_id);
    }
    const sent = isFirstRefused ? others : [first, ...others];
    this.#delivered.push(...sent.map((record) => record.client_event_id));
    this.#reader.settle();
  }

  async #delete(): Promise<void> {
    await deleteQueue(this.home.paths, this.#clock);
    for (const ids of this.#confirmed.values()) {
      ids.forEach((id) => this.#excused.add(id));
    }
  }

  #dieMakingRoom(index: number): void {
    const { segments } = listQueue(this.home.paths);
    const segment = segments[index % segments.length];
    if (segment) {
      const text = readFileSync(segment.path);
      appendFileSync(`${segment.path}.x.tmp`, text.subarray(0, 300));
      countDropped(this.home.paths, { allow: 1 });
    }
  }

  #damage(step: Extract<QueueStep, { at: number }>): void {
    const path = this.#file(step.file);
    const size = path === undefined ? 0 : statSync(path).size;
    if (path === undefined || size === 0) {
      return;
    }
    const start = step.at % size;
    const isCut = step.do === "truncate";
    const end = isCut ? size : Math.min(size, start + 1 + (step.length % 200));
    const text = readFileSync(path);
    const from = text.lastIndexOf("\n", Math.max(0, start - 1));
    const newline = text.indexOf("\n", end);
    const to = newline < 0 ? size : newline;
    const harmed = text.toString("utf8", Math.max(0, from), to);
    for (const [, id] of harmed.matchAll(
      /"client_event_id":"([0-9a-f-]{36})"/g,
    )) {
      this.#excused.add(id ?? "");
    }
    const file = openSync(path, isCut ? "w" : "r+");
    if (isCut) {
      writeSync(file, text.subarray(0, start));
    } else {
      writeSync(file, Buffer.alloc(end - start), 0, end - start, start);
    }
    closeSync(file);
  }

  /** One of the files that hold events. */
  #file(index: number): string | undefined {
    const { claims, segments } = listQueue(this.home.paths);
    const { pending } = this.home.paths;
    const files = [...claims, ...segments].map(({ path }) => path);
    if (statSync(pending, { throwIfNoEntry: false })) {
      files.push(pending);
    }
    return files[index % files.length];
  }
}

function session(step: { writer: number; decision: string | null }) {
  return { session_id: `session ${step.writer}`, decision: step.decision };
}

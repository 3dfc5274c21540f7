import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { appendFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Quarantine } from "../../../src/queue/quarantine";
import { batchSize, QueueReader } from "../../../src/queue/queueReader";
import { FakeClock } from "../../fakes/fakeClock";
import { linesOf, QueueHome, someRecord } from "../../fakes/queueHome";

describe("QueueReader", () => {
  let home: QueueHome;
  let quarantine: Quarantine;
  let reader: QueueReader;
  const open = () =>
    new QueueReader({
      paths: home.paths,
      quarantine,
      clock: new FakeClock(),
      claimIntervalMs: 0,
    });

  beforeEach(async () => {
    home = new QueueHome();
    quarantine = await Quarantine.open(home.paths);
    reader = open();
  });
  afterEach(async () => {
    await reader.close();
    home.remove();
  });

  const claims = () =>
    readdirSync(home.paths.folder).filter((name) =>
      name.startsWith("claimed-"),
    );

  /** Settles all that waits; gives the ids in their order. */
  async function drain(): Promise<string[]> {
    const ids: string[] = [];
    for (let batch = await reader.peek(); batch; batch = await reader.peek()) {
      ids.push(...batch.map((record) => record.client_event_id));
      reader.settle();
    }
    return ids;
  }

  it("has nothing to give while nothing waits", async () => {
    assert.equal(await reader.peek(), undefined);
  });

  it("gives what was appended, in order, in batches", async () => {
    const records = home.appendMany(batchSize + 5);
    const first = await reader.peek();
    assert.deepEqual(first, records.slice(0, batchSize));
    reader.settle();
    assert.deepEqual(await reader.peek(), records.slice(batchSize));
  });

  it("gives a batch again until it is settled", async () => {
    home.append();
    assert.equal(await reader.peek(), await reader.peek());
  });

  it("keeps the file until all of it is settled, then removes it", async () => {
    home.appendMany(batchSize + 1);
    await reader.peek();
    reader.settle();
    await reader.peek();
    assert.equal(claims().length, 1);
    reader.settle();
    assert.equal(await reader.peek(), undefined);
    assert.deepEqual(claims(), []);
  });

  it("gives what another relay left when it died, before anything newer", async () => {
    const old = home.appendMany(3);
    await reader.peek();
    const newer = home.appendMany(2);
    await reader.close();
    reader = open();
    assert.deepEqual(
      await drain(),
      [...old, ...newer].map((record) => record.client_event_id),
    );
  });

  it("takes leftovers by age", async () => {
    const [older, younger] = [someRecord(), someRecord()];
    const put = (time: string, record: object) =>
      writeFileSync(
        join(home.paths.folder, `claimed-${time}-${randomUUID()}.jsonl`),
        JSON.stringify(record),
      );
    put("0000001700000000002", younger);
    put("0001700000000002", younger);
    put("0001700000000001", older);
    assert.deepEqual(await drain(), [
      older.client_event_id,
      younger.client_event_id,
    ]);
  });

  it("puts lines aside that are no records, with the reason, and goes on", async () => {
    const first = home.append();
    appendFileSync(home.paths.pending, '{"client_event_id":"torn');
    appendFileSync(home.paths.pending, "\n\u0000\u0001garbage\n[]\n");
    const last = home.append();
    assert.deepEqual(await drain(), [
      first.client_event_id,
      last.client_event_id,
    ]);
    assert.equal(quarantine.count, 3);
    assert.match(linesOf(home.paths.quarantine)[0] ?? "", /Not a record/);
  });

  it("puts a line aside that is longer than any record", async () => {
    appendFileSync(home.paths.pending, `${"x".repeat(300_000)}\n`);
    const record = home.append();
    assert.deepEqual(await drain(), [record.client_event_id]);
    assert.equal(quarantine.count, 1);
  });

  it("gives an event once that was written twice around a rotation", async () => {
    const record = home.append();
    await reader.peek();
    reader.settle();
    home.append(record);
    const other = home.append();
    home.append(other);
    assert.deepEqual(await drain(), [other.client_event_id]);
  });

  it("sends only what the contract names, whatever a line holds", async () => {
    const record = someRecord();
    appendFileSync(
      home.paths.pending,
      `${JSON.stringify({ ...record, tool_input: "rm -rf" })}\n`,
    );
    assert.deepEqual(await reader.peek(), [record]);
  });
});

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { deleteQueue } from "../../../src/queue/deleteQueue";
import { Quarantine } from "../../../src/queue/quarantine";
import { batchSize, QueueReader } from "../../../src/queue/queueReader";
import { FakeClock } from "../../fakes/fakeClock";
import { linesOf, QueueHome, someRecord } from "../../fakes/queueHome";

describe("QueueReader", () => {
  let home: QueueHome;
  let quarantine: Quarantine;
  let reader: QueueReader;
  let clock: FakeClock;
  const open = () =>
    new QueueReader({
      paths: home.paths,
      quarantine,
      clock,
      claimIntervalMs: 0,
    });

  beforeEach(async () => {
    home = new QueueHome();
    clock = new FakeClock();
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

  it("takes no line whose letters were changed for another event", async () => {
    const record = home.append(someRecord({ decision: "deny" }));
    const line = readFileSync(home.paths.pending, "utf8").trim();
    const changed = [
      line.replace(/(?<="client_event_id":")./, (digit) =>
        digit === "a" ? "b" : "a",
      ),
      line.replace('"deny"', '"dEny"'),
      line.replace("Bash", "bash"),
    ];
    writeFileSync(home.paths.pending, [...changed, line].join("\n"));
    assert.deepEqual(await drain(), [record.client_event_id]);
    assert.equal(quarantine.count, 3);
  });

  it("passes over no line when the quarantine fails, as on a full disk", async () => {
    const before = home.append();
    appendFileSync(home.paths.pending, "garbage\n");
    const after = home.append();
    let failures = 2;
    const failing = new QueueReader({
      ...{ paths: home.paths, clock, claimIntervalMs: 0 },
      quarantine: {
        addUnreadable: () => {
          failures -= 1;
          return failures < 0
            ? Promise.resolve()
            : Promise.reject(new Error("ENOSPC"));
        },
      },
    });
    await assert.rejects(failing.peek(), /ENOSPC/);
    await assert.rejects(failing.peek(), /ENOSPC/);
    assert.deepEqual(await failing.peek(), [before, after]);
    await failing.close();
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

  describe("after its relay was killed", () => {
    const ids = (records: readonly { client_event_id: string }[] = []) =>
      records.map((record) => record.client_event_id);

    /** Settles the first batch; whether it was written down is a matter of time. */
    async function settleOne(elapsedMs: number): Promise<string[]> {
      const all = ids(home.appendMany(2.5 * batchSize));
      await reader.peek();
      await clock.advance(elapsedMs);
      reader.settle();
      return all;
    }
    /** As a kill leaves it: nothing is closed or saved. */
    const kill = () => {
      const dead = reader;
      reader = open();
      return dead;
    };

    it("goes on where the claim was last known to be acknowledged", async () => {
      const all = await settleOne(1_000);
      const dead = kill();
      assert.deepEqual(
        ids(await reader.peek()),
        all.slice(batchSize, 2 * batchSize),
      );
      assert.equal(reader.progress?.settledLines, batchSize);
      assert.equal(statSync(home.paths.progress).mode & 0o077, 0);
      await dead.close();
    });

    it("starts again rather than write down every batch", async () => {
      const all = await settleOne(10);
      const dead = kill();
      assert.deepEqual(ids(await reader.peek()), all.slice(0, batchSize));
      await dead.close();
    });

    it("trusts no progress that is damaged, torn or of another claim", async () => {
      const all = await settleOne(1_000);
      const dead = kill();
      const good = readFileSync(home.paths.progress, "utf8");
      const damages = [
        good.replace(
          /"bytes":(\d)/,
          (_, digit) => `"bytes":${9 - Number(digit)}`,
        ),
        good.slice(0, -3),
        good.replace("claimed-0", "claimed-1"),
        "",
      ];
      for (const text of damages) {
        writeFileSync(home.paths.progress, text);
        const next = open();
        assert.deepEqual(ids(await next.peek()), all.slice(0, batchSize), text);
        await next.close();
      }
      await dead.close();
    });

    it("knows more after an orderly end", async () => {
      const all = await settleOne(10);
      await reader.close();
      reader = open();
      assert.deepEqual(
        ids(await reader.peek()),
        all.slice(batchSize, 2 * batchSize),
      );
    });
  });

  it("sends nothing of what was deleted under its eyes, and goes on with what comes", async () => {
    home.appendMany(2.5 * batchSize);
    await reader.peek();
    reader.settle();
    await reader.peek();
    assert.equal(await deleteQueue(home.paths, clock), 2.5 * batchSize);
    assert.equal(await reader.peek(), undefined);
    const record = home.append();
    assert.deepEqual(await drain(), [record.client_event_id]);
  });

  it("knows the newest event, whatever comes before it", async () => {
    assert.equal(await reader.newest(), undefined);
    home.appendMany(3);
    const last = home.append();
    appendFileSync(home.paths.pending, "garbage");
    assert.deepEqual(await reader.newest(), last);
  });
});

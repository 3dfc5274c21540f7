import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { nullLogger } from "../../../src/base/log";
import { appendRecord } from "../../../src/queue/append";
import { deleteQueue } from "../../../src/queue/deleteQueue";
import { countDropped } from "../../../src/queue/dropped";
import { Quarantine } from "../../../src/queue/quarantine";
import { batchSize, QueueReader } from "../../../src/queue/queueReader";
import { readSentLog, SentLog } from "../../../src/queue/sentLog";
import {
  clearSignedInMarker,
  readQueueOwner,
  setSignedInMarker,
} from "../../../src/queue/signedInMarker";
import { readStats, writeStats } from "../../../src/queue/stats";
import { readWaiting } from "../../../src/queue/waiting";
import { FakeClock } from "../../fakes/fakeClock";
import { QueueHome, someRecord } from "../../fakes/queueHome";

describe("What the user can see of the queue", () => {
  let home: QueueHome;
  let clock: FakeClock;
  beforeEach(() => {
    home = new QueueHome();
    clock = new FakeClock();
  });
  afterEach(() => home.remove());

  const reader = async () =>
    new QueueReader({
      paths: home.paths,
      quarantine: await Quarantine.open(home.paths),
      ...{ clock, claimIntervalMs: 0 },
    });

  describe("what waits", () => {
    it("is shown as it would go out, the first and the last so many, with the sum", async () => {
      const records = home.appendMany(250);
      assert.deepEqual(await readWaiting(home.paths, { first: 3, last: 2 }), {
        ...{ total: 250, first: records.slice(0, 3) },
        last: records.slice(-2),
      });
      const all = await readWaiting(home.paths, { first: 300, last: 300 });
      assert.deepEqual([...all.first, ...all.last], records);
      const none = await readWaiting(home.paths, { first: 0, last: 0 });
      assert.deepEqual(none, { total: 250, first: [], last: [] });
    });

    it("keeps its order over claims and segments, without what was acknowledged", async () => {
      const records = home.appendMany(2 * batchSize);
      const relay = await reader();
      await relay.peek();
      await clock.advance(1_000);
      relay.settle();
      const limits = { segmentBytes: 400, pendingBytes: 9_000 };
      const later = Array.from({ length: 5 }, () => someRecord());
      for (const record of later) {
        appendRecord(home.paths, record, {
          limits: { ...limits, easyBytes: 1e9, fullBytes: 1e9, stepsAtOnce: 1 },
          clock,
        });
      }
      const shown = await readWaiting(home.paths, {
        first: 3 * batchSize,
        last: 0,
      });
      assert.deepEqual(shown.first, [...records.slice(batchSize), ...later]);
      await relay.close();
    });

    it("shows only what the contract names, and passes over damage", async () => {
      const record = someRecord();
      appendFileSync(
        home.paths.pending,
        `garbage\n${JSON.stringify({ ...record, tool_input: "rm" })}\n`,
      );
      assert.deepEqual(await readWaiting(home.paths, { first: 9, last: 0 }), {
        ...{ total: 2, first: [record], last: [] },
      });
    });
  });

  describe("what went", () => {
    const open = () =>
      new SentLog({ paths: home.paths, clock, log: nullLogger });
    const known = async () => (await readSentLog(home.paths)).records;

    it("is written after a while, for the owner only, the last 200 of it", async () => {
      const log = open();
      const records = Array.from({ length: 230 }, () => someRecord());
      log.add(records.slice(0, 100));
      log.add(records.slice(100));
      await clock.advance(1_999);
      assert.equal(existsSync(home.paths.sent), false);
      await clock.advance(1);
      await log.flush();
      assert.deepEqual(await known(), records.slice(-200));
      if (process.platform !== "win32") {
        assert.equal(statSync(home.paths.sent).mode & 0o777, 0o600);
      }
      log.dispose();
    });

    it("outlives the relay", async () => {
      const [first, second] = [someRecord(), someRecord()];
      for (const record of [first, second]) {
        const log = open();
        log.add([record]);
        await log.flush();
        log.dispose();
      }
      assert.deepEqual(await known(), [first, second]);
    });

    it("stays below a mebibyte", async () => {
      const log = open();
      const reason = "\u{1F600}".repeat(4_000);
      log.add(Array.from({ length: 200 }, () => someRecord({ reason })));
      await log.flush();
      assert.ok(statSync(home.paths.sent).size <= 2 ** 20);
      assert.ok((await known()).length > 10);
      log.dispose();
    });

    it("does not come back after it was deleted", async () => {
      const log = open();
      log.add([someRecord()]);
      await log.flush();
      await deleteQueue(home.paths, clock);
      const record = someRecord();
      log.add([record]);
      await log.flush();
      assert.deepEqual(await known(), [record]);
      log.dispose();
    });
  });

  describe("when it is deleted", () => {
    it("holds no record any more, and its counts are true", async () => {
      const secret = someRecord({ reason: "for nobody else" });
      home.append(secret);
      const relay = await reader();
      await relay.peek();
      home.append(secret);
      const quarantine = await Quarantine.open(home.paths);
      await quarantine.addRefused(secret, "no", 1);
      const log = new SentLog({ paths: home.paths, clock, log: nullLogger });
      log.add([secret]);
      await log.flush();
      countDropped(home.paths, { allow: 2 });
      await writeStats(home.paths, {
        ...(await readStats(home.paths)),
        ...{ queued: 2, quarantined: 1, delivered: 7, lastAckAt: 5 },
      });
      assert.equal(await deleteQueue(home.paths, clock), 2);
      for (const name of readdirSync(home.paths.folder)) {
        const text = readFileSync(join(home.paths.folder, name), "utf8");
        assert.ok(!text.includes("for nobody"), name);
      }
      await quarantine.refresh();
      assert.equal(quarantine.count, 0);
      const stats = await readStats(home.paths);
      assert.deepEqual(
        [stats.queued, stats.quarantined, stats.delivered, stats.dropped],
        [0, 0, 7, 2],
      );
      await relay.close();
      log.dispose();
    });

    it("does not get an event of a hook that was at it while somebody signed out", () => {
      home.append();
      const before = readdirSync(home.paths.folder);
      const { paths } = home;
      const { pending } = paths;
      let looks = 0;
      const watched = {
        ...paths,
        get pending() {
          looks += 1;
          if (looks === 1) {
            // Between the first look at the marker and the second try.
            clearSignedInMarker(paths);
          }
          return pending;
        },
      };
      const limits = { segmentBytes: 10, pendingBytes: 10_000 };
      const outcome = appendRecord(watched, someRecord(), {
        limits: { ...limits, easyBytes: 1e9, fullBytes: 1e9, stepsAtOnce: 1 },
        clock,
      });
      assert.deepEqual(outcome, { kind: "signedOut" });
      assert.equal(readdirSync(home.paths.folder).length, before.length + 1);
      assert.equal(statSync(home.paths.pending).size, 0);
    });
  });

  describe("whose it is", () => {
    it("is known beyond the sign-out, and by nobody before", () => {
      assert.equal(readQueueOwner(home.paths), undefined);
      const owner = randomUUID();
      setSignedInMarker(home.paths, owner);
      setSignedInMarker(home.paths);
      clearSignedInMarker(home.paths);
      assert.equal(readQueueOwner(home.paths), owner);
      setSignedInMarker(home.paths, "another");
      assert.equal(readQueueOwner(home.paths), "another");
      if (process.platform !== "win32") {
        assert.equal(statSync(home.paths.owner).mode & 0o777, 0o600);
      }
    });

    it("is unknown when something else stands there, which is replaced", () => {
      mkdirSync(join(home.paths.owner, "x"), { recursive: true });
      assert.equal(readQueueOwner(home.paths), undefined);
      setSignedInMarker(home.paths, "me");
      assert.equal(readQueueOwner(home.paths), "me");
    });
  });

  describe("the statistics", () => {
    it("are rebuilt from the other files when theirs is missing or damaged", async () => {
      const log = new SentLog({ paths: home.paths, clock, log: nullLogger });
      log.add([someRecord(), someRecord()]);
      await log.flush();
      log.dispose();
      countDropped(home.paths, { allow: 1, deny: 2, other: 3 });
      for (const damage of [undefined, "", '{"queued":', "\0\0\0"]) {
        rmSync(home.paths.stats, { force: true });
        if (damage !== undefined) {
          writeFileSync(home.paths.stats, damage);
        }
        const stats = await readStats(home.paths);
        assert.deepEqual([stats.delivered, stats.dropped], [2, 6]);
        assert.deepEqual(stats.droppedByDecision, {
          ...{ allow: 1, deny: 2, other: 3 },
        });
        assert.ok(stats.lastAckAt);
      }
    });
  });
});

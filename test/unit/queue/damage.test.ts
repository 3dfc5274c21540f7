import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Quarantine } from "../../../src/queue/quarantine";
import { QueueReader } from "../../../src/queue/queueReader";
import { readStats, writeStats } from "../../../src/queue/stats";
import { QueueTally } from "../../../src/queue/tally";
import { FakeClock } from "../../fakes/fakeClock";
import { QueueHome, someRecord } from "../../fakes/queueHome";

const idsOf = (records: readonly { client_event_id: string }[]) =>
  records.map((record) => record.client_event_id);

describe("A damaged queue", () => {
  let home: QueueHome;
  beforeEach(() => {
    home = new QueueHome();
  });
  afterEach(() => home.remove());

  /** Everything that a relay delivers, and how many it put aside. */
  async function drain() {
    const quarantine = await Quarantine.open(home.paths);
    const reader = new QueueReader({
      ...{ paths: home.paths, quarantine, claimIntervalMs: 0 },
      clock: new FakeClock(),
    });
    const ids: string[] = [];
    for (let batch = await reader.peek(); batch; batch = await reader.peek()) {
      ids.push(...idsOf(batch));
      reader.settle();
    }
    await reader.close();
    return { ids, quarantined: quarantine.count };
  }
  const posix = (context: Mocha.Context) => {
    if (process.platform === "win32") {
      context.skip();
    }
  };
  const nameInFolder = (prefix: string) =>
    readdirSync(home.paths.folder).filter((name) => name.startsWith(prefix));

  it("gives the good lines around a hole of NULs, of noise, and around a torn end", async () => {
    const first = home.append();
    appendFileSync(home.paths.pending, Buffer.alloc(70_000));
    const second = home.append();
    appendFileSync(home.paths.pending, Buffer.alloc(300_000, 0xfe));
    const third = home.append();
    appendFileSync(home.paths.pending, Buffer.from('{"client_event_id'));
    assert.deepEqual(await drain(), {
      ids: idsOf([first, second, third]),
      quarantined: 3,
    });
  });

  it("gives what is left of a file that was cut", async () => {
    const [first] = home.appendMany(2);
    const text = readFileSync(home.paths.pending);
    writeFileSync(home.paths.pending, text.subarray(0, text.length - 9));
    assert.ok(first);
    assert.deepEqual(await drain(), {
      ids: [first.client_event_id],
      quarantined: 1,
    });
  });

  it("goes on where a folder stands in the hooks' file's place, and keeps the folder", async () => {
    mkdirSync(join(home.paths.pending, "inside"), { recursive: true });
    const record = home.append();
    assert.deepEqual(await drain(), {
      ids: [record.client_event_id],
      quarantined: 1,
    });
    assert.deepEqual(nameInFolder("claimed-"), []);
    const [aside] = nameInFolder("unusable-");
    assert.ok(aside);
    assert.deepEqual(readdirSync(join(home.paths.folder, aside)), ["inside"]);
    const later = home.append();
    assert.deepEqual((await drain()).ids, [later.client_event_id]);
  });

  it("writes through no link, and reads through none", async function () {
    posix(this);
    const target = join(home.root, "elsewhere");
    const secret = JSON.stringify(someRecord());
    writeFileSync(target, secret);
    symlinkSync(target, home.paths.pending);
    const record = home.append();
    assert.deepEqual((await drain()).ids, [record.client_event_id]);
    assert.equal(readFileSync(target, "utf8"), secret);
  });

  it("never waits at a pipe", async function () {
    posix(this);
    const makePipe = (path: string) => execFileSync("mkfifo", [path]);
    makePipe(home.paths.pending);
    makePipe(home.paths.quarantine);
    makePipe(home.paths.progress);
    makePipe(home.paths.stats);
    makePipe(home.paths.droppedCount);
    const record = home.append();
    appendFileSync(home.paths.pending, "garbage\n");
    const { ids, quarantined } = await drain();
    assert.deepEqual(ids, [record.client_event_id]);
    assert.equal(quarantined, 2);
    assert.equal((await readStats(home.paths)).delivered, 0);
  });

  it("reads a file whose permissions were taken away", async function () {
    posix(this);
    const record = home.append();
    chmodSync(home.paths.pending, 0);
    const other = home.append();
    assert.deepEqual((await drain()).ids, idsOf([record, other]));
  });

  it("counts what can be counted", async () => {
    home.append();
    mkdirSync(join(home.paths.folder, segmentName(7)));
    const tally = new QueueTally(home.paths);
    await tally.refresh();
    assert.equal(tally.queued(undefined), 1);
  });

  it("opens a quarantine that is a folder, garbled, or far too large", async () => {
    mkdirSync(home.paths.quarantine);
    assert.equal((await Quarantine.open(home.paths)).count, 0);
    rmSync(home.paths.quarantine, { recursive: true, force: true });
    const quarantine = await Quarantine.open(home.paths);
    await quarantine.addUnreadable("x", "Not a record", 1);
    appendFileSync(home.paths.quarantine, Buffer.alloc(5_000, 0xff));
    const again = await Quarantine.open(home.paths);
    await again.addUnreadable("y", "Not a record", 1);
    assert.equal((await Quarantine.open(home.paths)).count, 2);
    writeFileSync(home.paths.quarantine, Buffer.alloc(9 * 2 ** 20));
    assert.equal((await Quarantine.open(home.paths)).count, 0);
    assert.equal(nameInFolder("unusable-").length, 2);
  });

  it("replaces statistics that are a folder", async () => {
    const stats = await readStats(home.paths);
    mkdirSync(home.paths.stats);
    await writeStats(home.paths, { ...stats, delivered: 3 });
    assert.equal((await readStats(home.paths)).delivered, 3);
  });

  it("says why a write failed where the folder is a file, and makes it when it is gone", async () => {
    rmSync(home.paths.folder, { recursive: true });
    writeFileSync(home.paths.folder, "");
    assert.throws(() => home.append(), /ENOTDIR|EEXIST/);
    rmSync(home.paths.folder);
    const record = home.append();
    assert.equal(statSync(home.paths.folder).isDirectory(), true);
    assert.deepEqual((await drain()).ids, [record.client_event_id]);
  });
});

const segmentName = (number: number) =>
  `segment-${String(number).padStart(16, "0")}-${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}.jsonl`;

import assert from "node:assert/strict";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { EventRecord } from "../../../src/protocol/eventRecord";
import { appendRecord } from "../../../src/queue/append";
import { readDropped } from "../../../src/queue/dropped";
import { queueLimits } from "../../../src/queue/limits";
import { makeRoom } from "../../../src/queue/makeRoom";
import { listQueue, measureFolder } from "../../../src/queue/queueFiles";
import { FakeClock } from "../../fakes/fakeClock";
import {
  linesOf,
  QueueHome,
  recordsOf,
  someRecord,
} from "../../fakes/queueHome";

/** Three or four events make a segment; some ten are all that has room. */
const limits = {
  segmentBytes: 1_500,
  pendingBytes: 3_000,
  easyBytes: 5_000,
  fullBytes: 7_000,
  stepsAtOnce: 4,
};

describe("The queue's bounds", () => {
  let home: QueueHome;
  const clock = new FakeClock();
  let pausedMs: number;
  let whilePaused: () => void;
  beforeEach(() => {
    home = new QueueHome();
    pausedMs = 0;
    whilePaused = () => undefined;
  });
  afterEach(() => home.remove());

  const add = (decision: string | null, more = limits) => {
    const record = someRecord({ decision });
    const outcome = appendRecord(home.paths, record, {
      ...{ limits: more, clock },
      pause: (ms) => {
        pausedMs += ms;
        whilePaused();
      },
    });
    return { record, outcome };
  };
  const fill = (count: number, decision: string | null) =>
    Array.from({ length: count }, () => add(decision).record);

  /** What a relay would get, in its order. */
  function waiting(): EventRecord[] {
    const { claims, segments } = listQueue(home.paths);
    return [...claims, ...segments, { path: home.paths.pending }].flatMap(
      ({ path }) => recordsOf(path),
    );
  }
  const droppedTotal = async () => {
    const { allow, deny, other } = await readDropped(home.paths);
    return allow + deny + other;
  };
  const lock = (ageMs: number) => {
    writeFileSync(home.paths.lock, "");
    const at = (clock.now() - ageMs) / 1_000;
    utimesSync(home.paths.lock, at, at);
  };

  it("make segments of what waits, and keep the order", () => {
    const records = fill(12, null);
    assert.ok(listQueue(home.paths).segments.length > 1);
    assert.deepEqual(waiting(), records);
  });

  it("let the oldest allowed go first, in all segments, then others, denied last", async () => {
    const denied = fill(3, "deny");
    const allowed = fill(8, "allow");
    const others = fill(8, null);
    const left = waiting();
    assert.ok(denied.every((one) => left.some(sameAs(one))));
    assert.ok(left.some(({ decision }) => decision === null));
    const allowedLeft = left.filter(({ decision }) => decision === "allow");
    assert.deepEqual(allowedLeft, allowed.slice(8 - allowedLeft.length));
    const dropped = await readDropped(home.paths);
    assert.equal(dropped.deny, 0);
    assert.equal(dropped.allow, 8 - allowedLeft.length);
    assert.equal(
      dropped.other,
      others.filter((one) => !left.some(sameAs(one))).length,
    );
  });

  it("give up others while the denied have room, however many come", async () => {
    const denied = fill(4, "deny");
    fill(60, null);
    assert.ok(denied.every((one) => waiting().some(sameAs(one))));
    assert.equal((await readDropped(home.paths)).deny, 0);
  });

  it("give up the oldest denied when there is nothing else, and count them", async () => {
    const denied = fill(60, "deny");
    const left = waiting();
    assert.deepEqual(left, denied.slice(60 - left.length));
    assert.deepEqual(await readDropped(home.paths), {
      ...{ allow: 0, deny: 60 - left.length, other: 0 },
    });
  });

  it("hold at every moment, and every event is there or counted", async () => {
    const mixed = ["allow", null, "deny", "ask"];
    for (let index = 0; index < 200; index += 1) {
      add(mixed[index % mixed.length] ?? null);
      const { totalBytes } = measureFolder(home.paths);
      assert.ok(totalBytes <= limits.fullBytes + limits.pendingBytes + 500);
    }
    assert.equal(waiting().length + (await droppedTotal()), 200);
  });

  it("do not read again what was read for room before", () => {
    fill(20, null);
    const levels = listQueue(home.paths).segments.map(({ level }) => level);
    assert.ok(levels.some((level) => level > 0));
    assert.deepEqual(levels, levels.toSorted().reverse());
  });

  it("leave alone what a relay has claimed", () => {
    fill(4, "allow");
    const name = `claimed-0000000000000001-${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}.jsonl`;
    const claim = join(home.paths.folder, name);
    writeFileSync(claim, JSON.stringify(someRecord({ decision: "allow" })));
    fill(40, "deny");
    assert.equal(linesOf(claim).length, 1);
  });

  it("make an event wait a little rather than drop it, when another makes room", async () => {
    lock(0);
    whilePaused = () => {
      if (pausedMs >= 20) {
        rmSync(home.paths.lock, { force: true });
      }
    };
    const outcomes = Array.from({ length: 12 }, () => add("allow").outcome);
    assert.deepEqual(
      new Set(outcomes.map(({ kind }) => kind)),
      new Set(["appended"]),
    );
    assert.equal(await droppedTotal(), 0);
    assert.equal(pausedMs, 20);
  });

  it("drop the newest, counted, when nobody can make room just now", async () => {
    lock(0);
    const outcomes = Array.from({ length: 12 }, () => add("allow").outcome);
    const dropped = outcomes.filter(({ kind }) => kind === "dropped").length;
    assert.ok(dropped > 0);
    assert.equal(pausedMs, 100 * dropped);
    assert.equal((await readDropped(home.paths)).allow, dropped);
    assert.ok(statSync(home.paths.pending).size <= limits.pendingBytes);
  });

  it("take the lock away from one who died with it", () => {
    lock(10_000);
    fill(8, null);
    assert.ok(listQueue(home.paths).segments.length > 0);
    lock(-10_000);
    const before = listQueue(home.paths).segments.length;
    fill(8, null);
    assert.ok(listQueue(home.paths).segments.length > before);
  });

  it("survive somebody who died after he had made the shorter version", async () => {
    fill(9, "allow");
    const [segment] = listQueue(home.paths).segments;
    assert.ok(segment);
    writeFileSync(`${segment.path}.left-over.tmp`, "half a li");
    fill(30, "deny");
    assert.deepEqual(
      readdirSync(home.paths.folder).filter((name) => name.endsWith(".tmp")),
      [],
    );
    assert.ok((await readDropped(home.paths)).allow <= 9);
  });

  it("pass over what is no file under a segment's name", () => {
    const uuid = "00000000-0000-0000-0000-000000000000";
    const name = `segment-0000000000000001-${uuid}.jsonl`;
    mkdirSync(join(home.paths.folder, name));
    const outcomes = Array.from({ length: 40 }, () => add("deny").outcome.kind);
    assert.deepEqual(new Set(outcomes), new Set(["appended"]));
    assert.ok(statSync(join(home.paths.folder, name)).isDirectory());
  });

  it("stay below 64 MiB with everything that may be added between two segments", () => {
    const quarantine = 4;
    const sentTwice = 2;
    const { pendingBytes, fullBytes } = queueLimits;
    const sum =
      fullBytes + 2 * pendingBytes + (quarantine + sentTwice) * 2 ** 20;
    assert.ok(sum < 63 * 2 ** 20);
  });

  it("sum up the counts of losses when their file grows", async () => {
    const line = "\nallow 1\nnonsense\nother 2\n";
    writeFileSync(home.paths.droppedCount, line.repeat(4_000));
    fill(4, null);
    makeRoom(home.paths, { ...limits, easyBytes: 0 });
    assert.ok(statSync(home.paths.droppedCount).size < 200);
    const { allow } = await readDropped(home.paths);
    assert.equal(allow, 4_000);
  });

  it("count losses in a file of their own even where a link stands", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const target = join(home.root, "elsewhere");
    writeFileSync(target, "mine");
    symlinkSync(target, home.paths.droppedCount);
    fill(60, "deny");
    assert.equal(readFileSync(target, "utf8"), "mine");
    assert.ok((await readDropped(home.paths)).deny > 0);
  });
});

const sameAs = (one: EventRecord) => (other: EventRecord) =>
  one.client_event_id === other.client_event_id;

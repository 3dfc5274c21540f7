import assert from "node:assert/strict";
import type { EventRecord } from "../../../src/protocol/eventRecord";
import { RelayLoop } from "../../../src/relay/relayLoop";
import type { SendOutcome } from "../../../src/relay/transport";
import { FakeClock } from "../../fakes/fakeClock";
import { someRecord } from "../../fakes/queueHome";

const sent: SendOutcome = { kind: "sent", rejected: [] };
const no: SendOutcome = { kind: "rejected", reason: "Bad request." };
const doubtful = /^offline: The server refuses every event: Bad request\./;

describe("A relay whose server refuses every event", () => {
  let clock: FakeClock;
  let loop: RelayLoop;
  let states: string[];
  let refused: string[];
  let waiting: EventRecord[][];
  let settled: number;
  /** The batches that went over the live way, and over REST. */
  let batches: (readonly EventRecord[])[];
  let isRefusing: boolean;
  let poison: Set<EventRecord>;
  let named: ((events: readonly EventRecord[]) => SendOutcome) | undefined;

  const answer = (batch: readonly EventRecord[]) => {
    const isBad = isRefusing || batch.some((event) => poison.has(event));
    return named?.(batch) ?? (batch.length > 0 && isBad ? no : sent);
  };
  const transport = () => ({
    send: (batch: readonly EventRecord[]) => {
      batches.push(batch);
      return Promise.resolve(answer(batch));
    },
    close: () => undefined,
    interrupt: () => undefined,
  });

  beforeEach(async () => {
    clock = new FakeClock();
    states = [];
    refused = [];
    waiting = [];
    settled = 0;
    batches = [];
    isRefusing = true;
    poison = new Set();
    named = undefined;
    loop = new RelayLoop({
      clock,
      random: () => 0.999_999,
      queue: {
        peek: () => Promise.resolve(waiting[0]),
        settle: () => {
          waiting.shift();
          settled += 1;
        },
        newest: () => Promise.resolve(waiting.at(-1)?.at(-1)),
      },
      refused: {
        addRefused: (record) => {
          refused.push(record.client_event_id);
          return Promise.resolve();
        },
      },
      createLink: () => ({
        ok: true,
        link: { live: transport(), createRest: transport },
      }),
      report: {
        connection: (state, problem) =>
          states.push(problem === undefined ? state : `${state}: ${problem}`),
        settled: () => undefined,
        credentialRejected: () => undefined,
      },
    });
    loop.start();
    loop.setCredential({ serverUrl: "https://x", accessToken: "t" });
    await clock.advance(0);
  });
  afterEach(async () => {
    const stopped = loop.stop(2_000);
    await clock.advance(2_000);
    await stopped;
    assert.equal(clock.pending, 0);
  });

  const add = (...batch: EventRecord[]) => {
    waiting.push(batch);
    loop.queueChanged();
    return clock.advance(0);
  };
  const batch = (size: number) =>
    Array.from({ length: size }, () => someRecord());
  const sends = () => batches.length;

  it("keeps the queue, says so, and tries one event ever more slowly", async () => {
    await add(...batch(100));
    assert.deepEqual(refused, []);
    assert.equal(settled, 0);
    assert.match(states.at(-1) ?? "", doubtful);
    const before = sends();
    await clock.advance(60_000);
    const tried = sends() - before;
    assert.ok(tried >= 3 && tried <= 6, `${tried} in a minute`);
    assert.equal(batches.at(-1)?.length, 1);
    await clock.advance(600_000);
    assert.ok(sends() - before <= 20);
    assert.deepEqual(refused, []);
  });

  it("is in doubt too when the server names every event as refused", async () => {
    const rejected = (events: readonly EventRecord[]) =>
      events.map((event) => ({
        ...{ clientEventId: event.client_event_id, reason: "Bad request." },
      }));
    named = (events) => ({ kind: "sent", rejected: rejected(events) });
    await add(...batch(5));
    assert.match(states.at(-1) ?? "", doubtful);
    assert.deepEqual(refused, []);
    named = undefined;
    isRefusing = false;
    await clock.advance(60_000);
    assert.equal(settled, 1);
  });

  it("goes on when one is taken", async () => {
    await add(...batch(100));
    isRefusing = false;
    await clock.advance(60_000);
    assert.equal(settled, 1);
    assert.deepEqual(refused, []);
    assert.equal(states.at(-1), "online");
  });

  it("gives up two events at most when they come one by one", async () => {
    for (const event of batch(10)) {
      await add(event);
    }
    assert.equal(refused.length, 2);
    assert.equal(settled, 2);
  });

  it("puts aside at once a single one that the server refuses among good ones", async () => {
    isRefusing = false;
    for (const event of batch(6)) {
      poison = new Set([event]);
      await add(event);
      await add(someRecord());
    }
    assert.equal(refused.length, 6);
    assert.equal(settled, 12);
    assert.ok(!states.some((state) => state.startsWith("offline")));
  });

  it("is not stopped by many bad ones, once a good one has come", async () => {
    isRefusing = false;
    const bad = batch(100);
    poison = new Set(bad);
    await add(...bad);
    assert.match(states.at(-1) ?? "", doubtful);
    await add(someRecord());
    await clock.advance(60_000);
    assert.equal(refused.length, 100);
    assert.equal(settled, 2);
    assert.equal(states.at(-1), "online");
  });

  it("is not stopped at all by bad ones at the head of a good batch", async () => {
    isRefusing = false;
    const events = batch(100);
    poison = new Set(events.slice(0, 5));
    await add(...events);
    assert.equal(refused.length, 5);
    assert.equal(settled, 1);
  });

  it("tries at once when the user syncs, and says what is wrong", async () => {
    await add(...batch(3));
    const failed = loop.sync();
    await clock.advance(0);
    assert.match((await failed).problem ?? "", /refuses every event/);
    isRefusing = false;
    const good = loop.sync();
    await clock.advance(0);
    assert.deepEqual(await good, { sent: 3, problem: null });
  });

  it("asks another server at once", async () => {
    await add(...batch(3));
    isRefusing = false;
    loop.setCredential({ serverUrl: "https://y", accessToken: "t" });
    await clock.advance(0);
    assert.equal(settled, 1);
  });
});

import assert from "node:assert/strict";
import type { EventRecord } from "../../../src/protocol/eventRecord";
import { RetryingTransport } from "../../../src/relay/retryingTransport";
import { type LoopReport, RelayLoop } from "../../../src/relay/relayLoop";
import type { EventTransport, SendOutcome } from "../../../src/relay/transport";
import { FakeClock } from "../../fakes/fakeClock";
import { someRecord } from "../../fakes/queueHome";

const sent: SendOutcome = { kind: "sent", rejected: [] };
const down: SendOutcome = { kind: "retryable", reason: "The server is down." };

/** Answers with what it was told, then with `sent`. */
class ScriptedTransport implements EventTransport {
  readonly batches: EventRecord[][] = [];
  answers: SendOutcome[] = [];
  isClosed = false;

  constructor(readonly token: string) {}

  send(events: readonly EventRecord[]): Promise<SendOutcome> {
    this.batches.push([...events]);
    return Promise.resolve(this.answers.shift() ?? sent);
  }

  close(): void {
    this.isClosed = true;
  }
}

class MemoryQueue {
  waiting: EventRecord[][] = [];
  settled = 0;
  failure: Error | undefined;

  peek() {
    return this.failure
      ? Promise.reject(this.failure)
      : Promise.resolve(this.waiting[0]);
  }
  settle() {
    this.waiting.shift();
    this.settled += 1;
  }
  newest() {
    return Promise.resolve(this.waiting.at(-1)?.at(-1));
  }
}

describe("RelayLoop", () => {
  let clock: FakeClock;
  let queue: MemoryQueue;
  let loop: RelayLoop;
  let states: string[];
  let rejections: number;
  let refused: string[];
  let transports: ScriptedTransport[];
  let rest: ScriptedTransport;
  let firstAnswers: SendOutcome[];

  beforeEach(() => {
    clock = new FakeClock();
    queue = new MemoryQueue();
    states = [];
    rejections = 0;
    refused = [];
    transports = [];
    firstAnswers = [];
    rest = new ScriptedTransport("rest");
    const report: LoopReport = {
      connection: (state, problem) =>
        states.push(problem === undefined ? state : `${state}: ${problem}`),
      settled: () => {},
      credentialRejected: () => {
        rejections += 1;
      },
    };
    loop = new RelayLoop({
      clock,
      random: () => 0.999_999,
      queue,
      refused: {
        addRefused: (record) => {
          refused.push(record.client_event_id);
          return Promise.resolve();
        },
      },
      createLink: ({ serverUrl, accessToken }, { onFailure }) => {
        if (serverUrl === "bad") {
          return { ok: false, problem: "A bad address." };
        }
        const inner = new ScriptedTransport(accessToken);
        inner.answers = firstAnswers;
        firstAnswers = [];
        transports.push(inner);
        const live = new RetryingTransport({
          inner,
          clock,
          random: () => 0.999_999,
          onFailure,
        });
        return { ok: true, link: { live, createRest: () => rest } };
      },
      report,
    });
    loop.start();
  });
  afterEach(async () => {
    const stopped = loop.stop(2_000);
    await clock.advance(2_000);
    await stopped;
    assert.equal(clock.pending, 0);
  });

  const signIn = (accessToken = "t1") => {
    loop.setCredential({ serverUrl: "https://x", accessToken });
    return clock.advance(0);
  };
  const add = (...batch: EventRecord[]) => {
    queue.waiting.push(batch);
    loop.queueChanged();
    return clock.advance(0);
  };

  it("sends nothing while nobody is signed in", async () => {
    await add(someRecord());
    assert.equal(queue.settled, 0);
    await signIn();
    assert.equal(queue.settled, 1);
  });

  it("makes contact at once, and is online only after it", async () => {
    firstAnswers = [down];
    await signIn();
    assert.deepEqual(states, ["connecting", "offline: The server is down."]);
    await clock.advance(1_000);
    assert.equal(states.at(-1), "online");
  });

  it("keeps a batch until the server has it, waiting longer each time", async () => {
    firstAnswers = [sent, down, down, down];
    await signIn();
    await add(someRecord());
    const tries = () => (transports[0]?.batches.length ?? 0) - 1;
    assert.equal(tries(), 1);
    await clock.advance(1_000);
    assert.equal(tries(), 2);
    await clock.advance(1_999);
    assert.equal(tries(), 2);
    await clock.advance(1);
    assert.equal(tries(), 3);
    assert.equal(queue.settled, 0);
    await clock.advance(4_000);
    assert.equal(queue.settled, 1);
    assert.equal(states.at(-1), "online");
  });

  it("never comes back before the server's Retry-After", async () => {
    firstAnswers = [
      sent,
      { kind: "retryable", reason: "busy", afterMs: 90_000 },
    ];
    await signIn();
    await add(someRecord());
    await clock.advance(89_999);
    assert.equal(queue.settled, 0);
    await clock.advance(1);
    assert.equal(queue.settled, 1);
  });

  it("asks for a fresh token when one is refused, and goes on with it", async () => {
    firstAnswers = [{ kind: "unauthorized" }];
    await add(someRecord());
    await signIn("stale");
    await clock.advance(0);
    assert.equal(rejections, 1);
    assert.equal(transports[0]?.isClosed, true);
    await clock.advance(60_000);
    assert.equal(rejections, 1);
    await signIn("fresh");
    assert.equal(queue.settled, 1);
  });

  it("asks ever more slowly when every token is refused", async () => {
    await add(someRecord());
    for (const waitMs of [0, 1_000, 2_000, 4_000]) {
      firstAnswers = [{ kind: "unauthorized" }];
      const before = rejections;
      await signIn();
      await clock.advance(Math.max(0, waitMs - 1));
      assert.equal(rejections, waitMs === 0 ? before + 1 : before);
      await clock.advance(1);
      assert.equal(rejections, before + 1);
    }
  });

  it("takes a renewed token without a word, and closes the old connection", async () => {
    await signIn("t1");
    states = [];
    await signIn("t2");
    assert.deepEqual(new Set(states), new Set(["online"]));
    assert.deepEqual(
      transports.map((one) => one.isClosed),
      [true, false],
    );
  });

  it("presents a token that came while the older one's connection was being made", async () => {
    let open!: () => void;
    await signIn("t1");
    const [first] = transports;
    assert.ok(first);
    first.send = () =>
      new Promise((resolve) => {
        open = () => resolve(sent);
      });
    void add(someRecord());
    await clock.advance(0);
    await signIn("t2");
    open();
    await clock.advance(0);
    assert.equal(transports[1]?.batches.length, 1);
  });

  it("finds the one event that the server refuses, puts it aside and delivers the rest", async () => {
    const events = Array.from({ length: 7 }, () => someRecord());
    const bad = events[4];
    await signIn();
    const [transport] = transports;
    assert.ok(transport && bad);
    transport.send = (batch) => {
      transport.batches.push([...batch]);
      return Promise.resolve(
        batch.includes(bad) ? { kind: "rejected", reason: "no" } : sent,
      );
    };
    await add(...events);
    assert.deepEqual(refused, [bad.client_event_id]);
    assert.equal(queue.settled, 1);
    const taken = transport.batches
      .filter((batch) => !batch.includes(bad))
      .flat();
    assert.deepEqual(
      taken,
      events.filter((event) => event !== bad),
    );
  });

  it("puts aside what an extended server names, and takes the rest as delivered", async () => {
    const [good, bad] = [someRecord(), someRecord()];
    firstAnswers = [
      sent,
      {
        kind: "sent",
        rejected: [{ clientEventId: bad.client_event_id, reason: "no" }],
      },
    ];
    await signIn();
    await add(good, bad);
    assert.deepEqual(refused, [bad.client_event_id]);
    assert.equal(queue.settled, 1);
  });

  it("syncs at once over REST in the middle of a back-off, and says how many went", async () => {
    firstAnswers = [down, down, down];
    await signIn();
    await add(someRecord(), someRecord());
    const result = loop.sync();
    await clock.advance(0);
    assert.deepEqual(await result, { sent: 2, problem: null });
    assert.equal(rest.batches.length, 1);
  });

  it("syncs right after an attempt that was under way when it was asked for, however that ends", async () => {
    await signIn();
    const [live] = transports;
    assert.ok(live);
    let fail!: () => void;
    live.send = () =>
      new Promise((resolve) => {
        fail = () => resolve(down);
      });
    await add(someRecord());
    const result = loop.sync();
    fail();
    await clock.advance(0);
    assert.deepEqual(await result, { sent: 1, problem: null });
  });

  it("says what kept a sync from sending everything", async () => {
    firstAnswers = [down, down, down];
    await signIn();
    await add(someRecord());
    rest.answers = [down];
    const result = loop.sync();
    await clock.advance(0);
    assert.deepEqual(await result, { sent: 0, problem: "The server is down." });
    assert.equal(queue.settled, 0);
  });

  it("cannot sync while nobody is signed in", async () => {
    const result = loop.sync();
    await clock.advance(0);
    assert.deepEqual(await result, {
      sent: 0,
      problem: "Nobody is signed in.",
    });
  });

  it("says why it does not use an address", async () => {
    loop.setCredential({ serverUrl: "bad", accessToken: "t" });
    await clock.advance(0);
    assert.equal(states.at(-1), "offline: A bad address.");
  });

  it("waits and tries again when the queue cannot be read", async () => {
    await signIn();
    queue.failure = new Error("EIO");
    await add(someRecord());
    assert.match(states.at(-1) ?? "", /offline: The queue failed: EIO/);
    queue.failure = undefined;
    await clock.advance(1_000);
    assert.equal(queue.settled, 1);
  });

  it("stops at once in the middle of a back-off, and keeps what waits", async () => {
    firstAnswers = [down, down, down];
    await signIn();
    await add(someRecord());
    await loop.stop(2_000);
    assert.equal(queue.settled, 0);
  });
});

import assert from "node:assert/strict";
import { nullLogger } from "../../../src/base/log";
import {
  type FromRelay,
  initialRelayStatus,
  type RelayEnding,
  relayProtocol,
  type ToRelay,
} from "../../../src/protocol/delivery";
import type { Attachment } from "../../../src/relay/attach";
import type { FindOptions, FindOutcome } from "../../../src/relay/relayFinder";
import { RelaySupervisor } from "../../../src/relay/supervisor";
import { FakeClock } from "../../fakes/fakeClock";

/** A relay as a window sees it. */
class FakeRelay implements Attachment {
  readonly sent: ToRelay[] = [];
  isDisposed = false;
  #end!: (how: RelayEnding | undefined) => void;
  readonly ended = new Promise<RelayEnding | undefined>((resolve) => {
    this.#end = resolve;
  });

  constructor(private readonly hear: FindOptions["onMessage"]) {}

  send(message: ToRelay): void {
    this.sent.push(message);
  }

  say(message: FromRelay): void {
    this.hear(message);
  }

  sayStatus(changes: Partial<typeof initialRelayStatus> = {}): void {
    const connection = "online";
    const status = { ...initialRelayStatus, connection, ...changes } as const;
    this.say({ type: "status", status });
  }

  /** As when it is killed. */
  die(): void {
    this.#end(undefined);
  }

  end(reason: RelayEnding): void {
    this.say({ type: "ending", reason });
    this.#end(reason);
  }

  dispose(): void {
    this.isDisposed = true;
    this.#end(undefined);
  }
}

/** What there is to be found, from the start: a relay, which is started if need be. */
class FakeFinder {
  relays: FakeRelay[] = [];
  /** How often a relay was started. */
  starts = 0;
  looks = 0;
  isThereOne = false;
  identity = { protocol: relayProtocol, build: "2" };
  instead: FindOutcome | undefined;

  find({ mayStart, signal, onMessage }: FindOptions): Promise<FindOutcome> {
    this.looks += 1;
    if (signal.aborted || (!mayStart && !this.isThereOne)) {
      return Promise.resolve({ kind: "none" });
    }
    if (!this.isThereOne) {
      this.starts += 1;
    }
    if (this.instead) {
      return Promise.resolve(this.instead);
    }
    const attachment = new FakeRelay(onMessage);
    this.relays.push(attachment);
    const relay = this.identity;
    return Promise.resolve({ kind: "attached", attachment, relay });
  }
}

const credential = { serverUrl: "https://x", accessToken: "secret-token" };

describe("RelaySupervisor", () => {
  let clock: FakeClock;
  let finder: FakeFinder;
  let supervisor: RelaySupervisor;
  beforeEach(async () => {
    clock = new FakeClock();
    finder = new FakeFinder();
    supervisor = new RelaySupervisor({
      ...{ finder, clock },
      build: "2",
      random: () => 0.5,
      log: nullLogger,
    });
    supervisor.start();
    await clock.advance(0);
  });
  afterEach(async () => {
    supervisor.dispose();
    await clock.advance(0);
    assert.equal(clock.pending, 0);
  });

  const relay = (index = -1) => {
    const found = finder.relays.at(index);
    assert.ok(found);
    return found;
  };
  const typesSent = (index = -1) => relay(index).sent.map(({ type }) => type);

  it("attaches once, however often it is asked to start", async () => {
    supervisor.start();
    await clock.advance(60_000);
    assert.deepEqual([finder.looks, finder.starts], [1, 1]);
  });

  it("gives the credential to the relay, and to the next one after a crash", async () => {
    supervisor.setCredential(credential);
    const given = { type: "credential", ...credential } as const;
    assert.deepEqual(relay().sent, [{ type: "signedOut" }, given]);
    relay().die();
    await clock.advance(0);
    assert.equal(finder.starts, 2);
    assert.deepEqual(relay().sent, [given]);
  });

  it("hands on the status, and says meanwhile that the relay is gone", async () => {
    relay().sayStatus({ queued: 3 });
    assert.equal(supervisor.status.connection, "online");
    const seen: string[] = [];
    supervisor.onDidChangeStatus(({ connection, queued, problem }) =>
      seen.push(`${connection} ${queued} ${problem}`),
    );
    relay().die();
    await clock.advance(0);
    assert.deepEqual(seen, [
      "offline 3 The relay ended and is being started again.",
    ]);
  });

  it("goes on when a listener throws", async () => {
    supervisor.onDidChangeStatus(() => assert.fail("a listener's fault"));
    supervisor.onCredentialRejected(() => assert.fail("another's"));
    supervisor.setCredential(credential);
    relay().say({ type: "credentialRejected" });
    relay().sayStatus({ queued: 7 });
    relay().die();
    await clock.advance(0);
    assert.equal(finder.starts, 2);
  });

  it("says which credential was refused", () => {
    const refused: unknown[] = [];
    supervisor.onCredentialRejected((one) => refused.push(one));
    supervisor.setCredential(credential);
    relay().say({ type: "credentialRejected" });
    assert.deepEqual(refused, [credential]);
  });

  it("answers a sync with what the relay says", async () => {
    const result = supervisor.syncNow();
    const asked = relay().sent.at(-1);
    assert.ok(asked?.type === "syncNow");
    const { requestId } = asked;
    relay().say({ type: "synced", requestId, sent: 4, problem: null });
    assert.deepEqual(await result, { sent: 4, problem: null });
  });

  it("answers a sync when the relay dies instead, or says nothing", async () => {
    const first = supervisor.syncNow();
    relay().die();
    assert.equal((await first).problem, "The relay has ended.");
    await clock.advance(0);
    const second = supervisor.syncNow();
    await clock.advance(60_000);
    assert.match((await second).problem ?? "", /within 60 s/);
  });

  it("waits longer from failure to failure, gives up after five in a minute, and starts again when asked", async () => {
    for (const waitMs of [0, 250, 500, 1_000]) {
      const before = finder.starts;
      relay().die();
      await clock.advance(Math.max(0, waitMs - 1));
      assert.equal(finder.starts, waitMs === 0 ? before + 1 : before);
      await clock.advance(1);
      assert.equal(finder.starts, before + 1);
    }
    relay().die();
    await clock.advance(120_000);
    assert.equal(finder.starts, 5);
    assert.match(supervisor.status.problem ?? "", /five times/);
    assert.equal(supervisor.isRunning, false);
    assert.match((await supervisor.syncNow()).problem ?? "", /not running/);
    supervisor.start();
    await clock.advance(0);
    assert.equal(finder.starts, 6);
    relay().sayStatus();
    assert.equal(supervisor.status.connection, "online");
  });

  it("counts a relay that cannot be started as a failure, too", async () => {
    finder.instead = { kind: "failed", how: "ENOENT" };
    relay().die();
    await clock.advance(60_000);
    assert.equal(finder.starts, 5);
    assert.match(supervisor.status.problem ?? "", /five times/);
  });

  it("attaches to a relay that another window started after this one gave up", async () => {
    finder.instead = { kind: "failed", how: "ENOENT" };
    relay().die();
    await clock.advance(60_000);
    finder.instead = undefined;
    finder.isThereOne = true;
    await clock.advance(1_000);
    relay().sayStatus();
    assert.equal(supervisor.status.connection, "online");
    finder.isThereOne = false;
    relay().die();
    await clock.advance(8_000);
    assert.equal(supervisor.isRunning, true);
  });

  it("goes on for ever when failures are rare", async () => {
    for (let failure = 1; failure <= 8; failure += 1) {
      relay().die();
      await clock.advance(20_000);
      assert.equal(finder.starts, failure + 1);
    }
  });

  it("lets go when stopped: it detaches, waits for the drain, and comes back only when asked", async () => {
    let isStopped = false;
    const stopped = supervisor.stop().then(() => (isStopped = true));
    await clock.advance(1_000);
    assert.equal(isStopped, false);
    relay().end("alone");
    await stopped;
    assert.deepEqual(typesSent(), ["signedOut", "detach"]);
    await clock.advance(60_000);
    assert.equal(finder.looks, 1);
    assert.equal(supervisor.status.connection, "stopped");
    supervisor.start();
    await clock.advance(0);
    assert.equal(finder.looks, 2);
  });

  it("waits no longer than VS Code does for a relay that does not end", async () => {
    const stopped = supervisor.stop();
    await clock.advance(4_000);
    await stopped;
    assert.equal(relay().isDisposed, true);
  });

  it("stops for all windows, and takes no account change for a start", async () => {
    const stopped = supervisor.stopForAll();
    relay().sayStatus({ queued: 9 });
    assert.equal(supervisor.status.connection, "stopped");
    relay().end("stopped");
    await stopped;
    supervisor.start();
    await clock.advance(60_000);
    assert.deepEqual(typesSent(), ["signedOut", "stop"]);
    assert.equal(finder.starts, 1);
    assert.match(supervisor.status.problem ?? "", /is stopped/);
    supervisor.startForAll();
    await clock.advance(0);
    relay().sayStatus();
    assert.equal(finder.starts, 2);
    assert.equal(supervisor.status.connection, "online");
  });

  it("stays stopped although the relay dies before it has ended", async () => {
    const stopped = supervisor.stopForAll();
    relay().die();
    await stopped;
    await clock.advance(60_000);
    assert.equal(finder.starts, 1);
    assert.equal(supervisor.status.connection, "stopped");
  });

  it("hears that another window has stopped the relay, and within a second that it was started again", async () => {
    relay().end("stopped");
    await clock.advance(10_000);
    assert.equal(finder.starts, 1);
    assert.equal(supervisor.status.connection, "stopped");
    finder.isThereOne = true;
    await clock.advance(1_000);
    relay().sayStatus();
    assert.equal(supervisor.status.connection, "online");
    finder.isThereOne = false;
    relay().die();
    await clock.advance(0);
    assert.equal(finder.starts, 2);
  });

  it("starts again when Start comes while the relay is still ending", async () => {
    const stopped = supervisor.stopForAll();
    supervisor.startForAll();
    relay().end("stopped");
    await stopped;
    supervisor.startForAll();
    await clock.advance(0);
    assert.equal(finder.starts, 2);
  });

  it("stops the relay that it finds after it was told to stop without one", async () => {
    relay().end("stopped");
    await supervisor.stop();
    finder.isThereOne = true;
    await supervisor.stopForAll();
    await clock.advance(0);
    assert.deepEqual(typesSent(), ["stop", "signedOut"]);
    finder.isThereOne = false;
    relay().end("stopped");
    await clock.advance(5_000);
    assert.equal(supervisor.status.connection, "stopped");
  });

  describe("beside other builds", () => {
    const meet = async (build: string, protocol = relayProtocol) => {
      finder.identity = { build, protocol };
      relay().die();
      await clock.advance(0);
    };

    it("asks an older relay to hand over, and starts its own at once", async () => {
      await meet("1.9");
      assert.deepEqual(typesSent(), ["signedOut", "handOver"]);
      const { starts } = finder;
      finder.identity = { build: "2", protocol: relayProtocol };
      relay().end("handOver");
      await clock.advance(0);
      assert.equal(finder.starts, starts + 1);
      assert.deepEqual(typesSent(), ["signedOut"]);
    });

    for (const build of ["2", "2.0.0", "2.1", "10", "garbage"]) {
      it(`works with a relay of build ${build} without a word`, async () => {
        await meet(build);
        assert.deepEqual(typesSent(), ["signedOut"]);
        assert.equal(supervisor.isRunning, true);
      });
    }

    it("leaves the place to the newer build, and attaches to it when it is there", async () => {
      const { starts } = finder;
      relay().end("handOver");
      await clock.advance(4_000);
      assert.equal(finder.starts, starts);
      finder.isThereOne = true;
      await clock.advance(100);
      relay().sayStatus();
      assert.equal(supervisor.status.connection, "online");
      assert.equal(finder.starts, starts);
    });

    it("starts a relay after all when the newer build does not", async () => {
      const { starts } = finder;
      relay().end("handOver");
      await clock.advance(6_000);
      assert.equal(finder.starts, starts + 1);
    });

    it("says so when the relay speaks a newer protocol, and looks again now and then", async () => {
      await meet("3", relayProtocol + 1);
      assert.equal(relay().isDisposed, true);
      assert.deepEqual(typesSent(), []);
      assert.match(supervisor.status.problem ?? "", /Another version/);
      const { looks } = finder;
      await clock.advance(60_000);
      assert.ok(finder.looks - looks <= 6);
      finder.identity = { build: "2", protocol: relayProtocol };
      await clock.advance(10_000);
      assert.equal(supervisor.isRunning, true);
    });

    it("asks once, and makes do with what is there should the new one be as old", async () => {
      await meet("1.9");
      relay().end("handOver");
      await clock.advance(0);
      assert.deepEqual(typesSent(), ["signedOut"]);
      assert.equal(supervisor.isRunning, true);
      await clock.advance(60_000);
      await meet("1.9");
      assert.deepEqual(typesSent(), ["signedOut", "handOver"]);
    });

    it("asks a relay of an older protocol to hand over, and tells it nothing else", async () => {
      await meet("1", relayProtocol - 1);
      assert.deepEqual(typesSent(), ["handOver"]);
      assert.match(supervisor.status.problem ?? "", /older version/);
    });

    it("says that a stranger has the relay's place, tells him nothing, and looks again now and then", async () => {
      finder.instead = { kind: "stranger" };
      relay().die();
      await clock.advance(0);
      assert.match(supervisor.status.problem ?? "", /Another program answers/);
      const { looks } = finder;
      await clock.advance(60_000);
      assert.ok(finder.looks - looks <= 6);
      finder.instead = undefined;
      await clock.advance(10_000);
      assert.equal(supervisor.isRunning, true);
    });
  });
});

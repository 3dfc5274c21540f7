import assert from "node:assert/strict";
import { nullLogger } from "../../../src/base/log";
import { RelaySupervisor } from "../../../src/relay/supervisor";
import { FakeClock } from "../../fakes/fakeClock";
import { FakeFinder } from "../../fakes/fakeRelay";

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
});

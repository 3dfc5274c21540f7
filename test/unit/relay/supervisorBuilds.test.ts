import assert from "node:assert/strict";
import { nullLogger } from "../../../src/base/log";
import { relayProtocol } from "../../../src/protocol/delivery";
import { RelaySupervisor } from "../../../src/relay/supervisor";
import { FakeClock } from "../../fakes/fakeClock";
import { FakeFinder } from "../../fakes/fakeRelay";

describe("RelaySupervisor beside other builds", () => {
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

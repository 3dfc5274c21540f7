import assert from "node:assert/strict";
import { Emitter } from "../../../src/base/event";
import { SharedSecrets } from "../../../src/host/sharedSecrets";
import type { BusMessage } from "../../../src/node/windowBus";
import { FakeClock } from "../../fakes/fakeClock";
import { FakeKeyring, type FakeSecrets } from "../../fakes/fakeSecrets";

/** All windows on one bus, which hands on at once. */
class FakeBus {
  readonly ends: FakeBusEnd[] = [];
  readonly passed: BusMessage[] = [];
  isUp = true;
}

class FakeBusEnd {
  readonly received = new Emitter<BusMessage>();
  readonly joined = new Emitter<void>();
  readonly onDidReceive = this.received.event;
  readonly onDidJoin = this.joined.event;

  constructor(private readonly bus: FakeBus) {
    bus.ends.push(this);
  }

  async publish(topic: string, payload: unknown): Promise<boolean> {
    await Promise.resolve();
    if (!this.bus.isUp) {
      return false;
    }
    this.bus.passed.push({ topic, payload });
    for (const end of this.bus.ends) {
      if (end !== this) {
        end.received.fire({ topic, payload });
      }
    }
    return true;
  }

  sync(): Promise<boolean> {
    return Promise.resolve(this.bus.isUp);
  }
}

describe("Secrets that all windows share", () => {
  let bus: FakeBus;
  let clock: FakeClock;
  let windows: SharedSecrets[];
  beforeEach(() => {
    bus = new FakeBus();
    clock = new FakeClock();
    windows = [];
  });
  afterEach(() => windows.forEach((one) => one.dispose()));

  function open(storage: FakeSecrets) {
    const end = new FakeBusEnd(bus);
    const secrets = new SharedSecrets({ storage, bus: end, clock });
    const changes: string[] = [];
    secrets.onDidChange(({ key }) => changes.push(key));
    windows.push(secrets);
    return { secrets, changes, end, storage };
  }

  /** In a browser each window has a copy of its own. */
  const inBrowser = () => open(new FakeKeyring().window());

  it("brings a value to a window whose storage never learns of it", async () => {
    const [one, two] = [inBrowser(), inBrowser()];
    await one.secrets.store("k", "first");
    assert.deepEqual(two.changes, ["k"]);
    assert.equal(await two.secrets.get("k"), "first");
    await two.secrets.store("k", "second");
    assert.equal(await one.secrets.get("k"), "second");
    assert.equal(await two.secrets.get("k"), "second");
  });

  it("tells digests only, where every window reads the same storage", async () => {
    const keyring = new FakeKeyring();
    const [one, two] = [open(keyring.window()), open(keyring.window())];
    await one.secrets.store("k", "the secret itself");
    assert.equal(await two.secrets.get("k"), "the secret itself");
    assert.deepEqual(
      bus.passed.map(({ topic }) => topic),
      ["secrets.changed"],
    );
    assert.equal(JSON.stringify(bus.passed).includes("secret itself"), false);
  });

  it("follows a shared storage when the bus is down, and its own old word does not come back", async () => {
    const keyring = new FakeKeyring();
    const [one, two] = [open(keyring.window()), open(keyring.window())];
    await two.secrets.store("k", "old");
    bus.isUp = false;
    await one.secrets.store("k", "new");
    assert.equal(await two.secrets.get("k"), "new");
    bus.isUp = true;
    two.end.joined.fire();
    assert.equal(await one.secrets.get("k"), "new");
  });

  it("hears again, from who has changed it, what was told while there was no hub", async () => {
    const [one, two] = [inBrowser(), inBrowser()];
    bus.isUp = false;
    await one.secrets.store("k", "unheard");
    assert.equal(await two.secrets.get("k"), undefined);
    bus.isUp = true;
    one.end.joined.fire();
    assert.equal(await two.secrets.get("k"), "unheard");
  });

  it("goes by the newest of two changes, in whatever order they are heard", async () => {
    const [one, two, three] = [inBrowser(), inBrowser(), inBrowser()];
    await one.secrets.store("k", "first");
    await two.secrets.store("k", "second");
    one.end.joined.fire();
    two.end.joined.fire();
    assert.equal(await three.secrets.get("k"), "second");
    assert.equal(await one.secrets.get("k"), "second");
  });

  it("gives what it has after a second, when nobody has the newer one any more", async () => {
    const [one, two] = [inBrowser(), inBrowser()];
    await two.secrets.store("k", "mine");
    await one.secrets.store("k", "gone with its window");
    bus.ends.splice(bus.ends.indexOf(one.end), 1);
    const reading = two.secrets.get("k");
    await clock.advance(1_000);
    assert.equal(await reading, "mine");
    assert.equal(clock.pending, 0);
  });

  it("takes no value that was not asked for or does not fit its digest", async () => {
    const [one, two] = [inBrowser(), inBrowser()];
    await one.secrets.store("k", "right");
    bus.ends.splice(bus.ends.indexOf(one.end), 1);
    const reading = two.secrets.get("k");
    await clock.advance(10);
    two.end.received.fire({
      topic: "secrets.given",
      payload: { key: "k", value: "forged" },
    });
    two.end.received.fire({ topic: "secrets.given", payload: "nonsense" });
    two.end.received.fire({ topic: "secrets.changed", payload: { key: 7 } });
    two.end.received.fire({ topic: "secrets.wanted", payload: null });
    await clock.advance(1_000);
    assert.equal(await reading, undefined);
  });

  it("says that the storage failed, and tells nobody", async () => {
    const { secrets, storage } = inBrowser();
    storage.fails = { store: true };
    await assert.rejects(secrets.store("k", "v"), /keyring/);
    assert.deepEqual(bus.passed, []);
  });
});

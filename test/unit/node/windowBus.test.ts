import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { nullLogger } from "../../../src/base/log";
import { systemClock } from "../../../src/node/systemClock";
import { type BusMessage, WindowBus } from "../../../src/node/windowBus";
import { eventually } from "../../fakes/eventually";

const key = "a".repeat(64);

describe("The bus between windows", () => {
  let name: string;
  let windows: Member[];
  beforeEach(() => {
    name = randomUUID();
    windows = [];
  });
  afterEach(() => windows.forEach(({ bus }) => bus.dispose()));

  interface Member {
    bus: WindowBus;
    heard: BusMessage[];
    joins: number;
  }

  function open(options: { key?: string; name?: string } = {}): Member {
    const deps = { name, key, clock: systemClock, log: nullLogger };
    const bus = new WindowBus({ ...deps, ...options });
    const member: Member = { bus, heard: [], joins: 0 };
    bus.onDidReceive((message) => member.heard.push(message));
    bus.onDidJoin(() => (member.joins += 1));
    windows.push(member);
    void bus.start();
    return member;
  }

  async function openJoined(): Promise<Member> {
    const member = open();
    await eventually(() => member.joins > 0, "it has joined");
    return member;
  }

  it("passes what one window tells to all others, and not back to itself", async () => {
    const [one, two, three] = [
      await openJoined(),
      await openJoined(),
      await openJoined(),
    ];
    assert.equal(await two.bus.publish("greeting", { from: "two" }), true);
    assert.equal(await one.bus.publish("greeting", { from: "one" }), true);
    const expected = (from: string) => ({
      topic: "greeting",
      payload: { from },
    });
    await eventually(() => three.heard.length === 2, "both in the third");
    assert.deepEqual(three.heard, [expected("two"), expected("one")]);
    await two.bus.sync();
    assert.deepEqual(one.heard, [expected("two")]);
    assert.deepEqual(two.heard, [expected("one")]);
  });

  it("has received all that was told before a sync has ended", async () => {
    const members = [
      await openJoined(),
      await openJoined(),
      await openJoined(),
    ];
    for (let round = 0; round < 50; round++) {
      const [from, to] = [members[round % 3], members[(round + 1) % 3]];
      await from?.bus.publish("round", round);
      assert.equal(await to?.bus.sync(), true);
      assert.equal(to?.heard.at(-1)?.payload, round);
    }
  });

  it("finds a new hub when the first window has gone, and tells of having joined again", async () => {
    const hub = await openJoined();
    const [two, three] = [await openJoined(), await openJoined()];
    hub.bus.dispose();
    await eventually(() => two.joins + three.joins === 4, "both joined anew");
    assert.equal(await two.bus.publish("after", 1), true);
    await three.bus.sync();
    assert.deepEqual(three.heard, [{ topic: "after", payload: 1 }]);
  });

  it("works alone, and says that nothing was passed on before it has joined", async () => {
    const early = new WindowBus({
      name,
      key,
      clock: systemClock,
      log: nullLogger,
    });
    assert.equal(await early.publish("nobody", 1), false);
    assert.equal(await early.sync(), false);
    early.dispose();
    const alone = await openJoined();
    assert.equal(await alone.bus.publish("nobody", 1), true);
    assert.deepEqual(alone.heard, []);
  });

  it("lets in nobody who does not know the key", async () => {
    const hub = await openJoined();
    const stranger = open({ key: "b".repeat(64) });
    const friend = await openJoined();
    await hub.bus.publish("secret", 1);
    await friend.bus.sync();
    assert.equal(stranger.joins, 0);
    assert.deepEqual(stranger.heard, []);
    assert.equal(await stranger.bus.publish("forged", 1), false);
  });

  it("keeps windows of another name apart", async () => {
    const here = await openJoined();
    const there = open({ name: `${name} other` });
    await eventually(() => there.joins > 0, "the other has joined");
    await here.bus.publish("here", 1);
    await there.bus.sync();
    assert.deepEqual(there.heard, []);
  });

  it("settles what waits when it is disposed", async () => {
    await openJoined();
    const two = await openJoined();
    const waiting = two.bus.publish("late", 1);
    two.bus.dispose();
    assert.equal(await waiting, false);
  });

  it("bears many windows that come and go at once", async () => {
    const steady = open();
    const others = Array.from({ length: 10 }, () => open());
    await eventually(
      () => [steady, ...others].every(({ joins }) => joins > 0),
      "all joined",
    );
    others.forEach(({ bus }) => bus.dispose());
    const late = await openJoined();
    await eventually(async () => {
      await late.bus.publish("late", 1);
      return steady.heard.some(({ topic }) => topic === "late");
    }, "the steady one hears the late one");
  });
});

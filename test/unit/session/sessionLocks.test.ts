import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Emitter } from "../../../src/base/event";
import { systemClock } from "../../../src/node/systemClock";
import type { BusMessage } from "../../../src/node/windowBus";
import { type LockBus, SessionLocks } from "../../../src/session/sessionLocks";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";
import { ScriptedCliProgramFile } from "../../fakes/scriptedCli";
import { SessionHarness } from "../../fakes/sessionHarness";

/** What one window publishes, the others receive. */
class FakeBusHub {
  readonly #windows: Emitter<BusMessage>[] = [];

  join(): LockBus {
    const own = new Emitter<BusMessage>();
    this.#windows.push(own);
    return {
      onDidReceive: own.event,
      publish: (topic, payload) => {
        for (const other of this.#windows) {
          if (other !== own) {
            other.fire({ topic, payload });
          }
        }
        return Promise.resolve(true);
      },
    };
  }
}

describe("A session that two windows want", function () {
  this.timeout(20_000);

  describe("by its lock", () => {
    let key: string;
    let hub: FakeBusHub;
    let windows: SessionLocks[];
    beforeEach(() => {
      key = randomUUID();
      hub = new FakeBusHub();
      windows = [];
    });
    afterEach(() => windows.forEach((one) => one.dispose()));
    const open = (clock = systemClock) => {
      const locks = new SessionLocks({ key, bus: hub.join(), clock });
      windows.push(locks);
      return locks;
    };

    it("belongs to one of them; other sessions are free", async () => {
      const [one, two] = [open(), open()];
      const lock = await one.hold("s1");
      assert.ok(lock);
      assert.equal(await two.hold("s1"), undefined);
      const other = await two.hold("s2");
      assert.ok(other);
      lock.dispose();
      const freed = await two.hold("s1");
      assert.ok(freed);
      freed.dispose();
      other.dispose();
    });

    it("changes hands when the one lets go of it", async () => {
      const [one, two] = [open(), open()];
      const lock = await one.hold("s1");
      const wanted: string[] = [];
      one.onDidWant((sessionId) => {
        wanted.push(sessionId);
        lock?.dispose();
      });
      const taken = await two.takeOver("s1");
      assert.ok(taken);
      assert.deepEqual(wanted, ["s1"]);
      assert.equal(await one.hold("s1"), undefined);
      taken.dispose();
    });

    it("stays where it is when the one does not let go, and no longer than 6 s are waited", async () => {
      const clock = new FakeClock();
      const [one, two] = [open(), open(clock)];
      const lock = await one.hold("s1");
      const taken = two.takeOver("s1");
      await eventually(() => clock.pending > 0, "it waits");
      await clock.advance(6_000);
      assert.equal(await taken, undefined);
      assert.equal(clock.pending, 0);
      lock?.dispose();
    });

    it("is free at once when its window is gone, and nobody need be asked", async () => {
      const [one, two] = [open(), open()];
      (await one.hold("s1"))?.dispose();
      const taken = await two.takeOver("s1");
      assert.ok(taken);
      taken.dispose();
    });

    it("is not given up for what others say that is not meant so", async () => {
      const one = open();
      let wants = 0;
      one.onDidWant(() => (wants += 1));
      const bus = hub.join();
      await bus.publish("session.wanted", { sessionId: 7 });
      await bus.publish("something.else", { sessionId: "s1" });
      assert.equal(wants, 0);
    });
  });

  describe("as a conversation", () => {
    const program = new ScriptedCliProgramFile();
    let harness: SessionHarness;
    before(() => program.build());
    after(() => program.remove());
    afterEach(() => harness.remove());

    const engine = () => harness.session.conversation.engine;

    it("is said to be open elsewhere, keeps its prompt, and can be taken over", async () => {
      harness = new SessionHarness(program.path, []);
      const elsewhere = await harness.locks.hold("s1");
      const session = harness.registry.open(
        { kind: "stored", id: "s1" },
        harness.cli.folder,
        { title: "From before" },
      );
      session.send("one", "one");
      await eventually(
        () => session.conversation.engine.isElsewhere,
        "it is told",
      );
      assert.equal(harness.cli.starts.length, 0);
      assert.equal(session.conversation.activity, "ended");
      assert.equal(session.conversation.engine.ended, "elsewhere");
      assert.deepEqual(
        session.conversation.queued.map(({ id }) => id),
        ["one"],
      );
      elsewhere?.dispose();
      assert.ok(await session.takeOver());
      await eventually(() => session.conversation.activity === "idle", "it is");
      assert.equal(session.conversation.engine.isElsewhere, false);
      assert.deepEqual(harness.cli.starts[0]?.session, {
        kind: "resume",
        id: "s1",
      });
      assert.deepEqual(harness.cli.prompts(), ["one"]);
    });

    it("is let go of with its process, and is open elsewhere from then on", async () => {
      harness = new SessionHarness(program.path, []);
      harness.send("one");
      await harness.settle();
      const { cliSessionId } = harness.session;
      assert.equal(await harness.locks.hold(cliSessionId), undefined);
      await harness.session.letGo();
      assert.equal(harness.cli.processes[0]?.isAlive, false);
      assert.equal(engine().isElsewhere, true);
      assert.match(harness.notices[0] ?? "", /taken this conversation over/);
      const lock = await harness.locks.hold(cliSessionId);
      assert.ok(lock);
      harness.send("two");
      await eventually(() => harness.notices.length === 2, "it is told");
      assert.deepEqual(harness.queued, ["two"]);
      lock.dispose();
      assert.ok(await harness.session.takeOver());
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(1), ["two"]);
    });

    it("is locked under its new id once it was cleared", async () => {
      const init = { type: "system", subtype: "init", session_id: "cleared" };
      harness = new SessionHarness(program.path, [
        { turns: [[{ do: "say", line: init }]] },
      ]);
      harness.send("/clear");
      const first = () => harness.cli.starts[0]?.session.id ?? "";
      await harness.settle();
      assert.equal(harness.session.cliSessionId, "cleared");
      const old = await eventually(
        () => harness.locks.hold(first()),
        "the old one is free",
      );
      assert.equal(await harness.locks.hold("cleared"), undefined);
      old.dispose();
    });

    it("is one conversation however often this window opens it", async () => {
      harness = new SessionHarness(program.path, []);
      const { registry, cli } = harness;
      const open = () =>
        registry.open({ kind: "stored", id: "s1" }, cli.folder);
      const first = open();
      first.send("one", "one");
      const second = open();
      second.send("two", "two");
      assert.equal(first, second);
      await eventually(() => first.conversation.activity === "idle", "it is");
      assert.equal(cli.starts.length, 1);
    });

    it("is a session of its own as a copy", async () => {
      harness = new SessionHarness(program.path, []);
      const copy = harness.registry.open(
        { kind: "fork", from: "s1", at: "m1" },
        harness.cli.folder,
      );
      copy.send("one", "one");
      await eventually(() => copy.conversation.activity === "idle", "it is");
      assert.deepEqual(harness.cli.starts[0]?.session, {
        kind: "fork",
        from: "s1",
        at: "m1",
        id: copy.cliSessionId,
      });
      await copy.stop();
      copy.send("two", "two");
      await eventually(() => copy.conversation.activity === "idle", "it is");
      assert.deepEqual(harness.cli.starts[1]?.session, {
        kind: "resume",
        id: copy.cliSessionId,
      });
    });
  });
});

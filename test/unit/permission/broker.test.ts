import assert from "node:assert/strict";
import {
  type ClosedAsk,
  type PendingAsk,
  PermissionBroker,
} from "../../../src/permission/broker";
import type { Decision } from "../../../src/permission/stdioPrompt";
import type { Ask } from "../../../src/protocol/conversation";
import { FakeClock } from "../../fakes/fakeClock";

describe("The permission broker", () => {
  let clock: FakeClock;
  let broker: PermissionBroker;
  let opened: PendingAsk[];
  let closed: ClosedAsk[];
  let delivered: string[];
  beforeEach(() => {
    clock = new FakeClock();
    broker = new PermissionBroker({ clock });
    [opened, closed, delivered] = [[], [], []];
    broker.onDidOpen((ask) => opened.push(ask));
    broker.onDidClose((ask) => closed.push(ask));
  });
  afterEach(() => broker.dispose());

  function open(
    id: string,
    conversationId = "c1",
    deliver = (decision: Decision) => {
      delivered.push(`${id} ${decision}`);
    },
  ): Ask {
    const ask = {
      id,
      toolUseId: `tool of ${id}`,
      toolName: "Bash",
      summary: "ls",
      detail: "ls",
      reason: null,
      askedAt: clock.now(),
    };
    broker.open(conversationId, ask, deliver);
    return ask;
  }
  const pendingIds = () => broker.pending.map(({ ask }) => ask.id);

  it("tells of an ask, and holds it until it is answered", () => {
    const ask = open("a");
    assert.deepEqual(opened, [{ ask, conversationId: "c1" }]);
    assert.deepEqual(pendingIds(), ["a"]);
    assert.deepEqual([delivered, closed], [[], []]);
  });

  it("delivers the answer, and tells where it was given and how long it took", async () => {
    const ask = open("a");
    await clock.advance(1_500);
    assert.equal(broker.answer("a", "allow", "notification"), true);
    assert.deepEqual(delivered, ["a allow"]);
    assert.deepEqual(closed, [
      {
        ask,
        conversationId: "c1",
        outcome: "allow",
        by: "notification",
        waitedMs: 1_500,
      },
    ]);
    assert.deepEqual(pendingIds(), []);
  });

  it("takes the first answer; a late one is told so, and delivers nothing", () => {
    open("a");
    assert.equal(broker.answer("a", "deny", "chat"), true);
    assert.equal(broker.answer("a", "allow", "notification"), false);
    assert.deepEqual(delivered, ["a deny"]);
    assert.equal(closed.length, 1);
  });

  it("takes no answer to what was never asked", () => {
    assert.equal(broker.answer("unknown", "allow", "chat"), false);
    assert.deepEqual(closed, []);
  });

  it("keeps asks apart", () => {
    open("a");
    open("b");
    assert.equal(broker.answer("b", "allow", "chat"), true);
    assert.deepEqual(delivered, ["b allow"]);
    assert.deepEqual(pendingIds(), ["a"]);
  });

  it("never answers by itself, however long it takes", async () => {
    open("a");
    await clock.advance(365 * 86_400_000);
    assert.deepEqual(pendingIds(), ["a"]);
    assert.deepEqual([delivered, closed], [[], []]);
    assert.equal(clock.pending, 0);
  });

  it("closes a withdrawn ask without an answer", () => {
    open("a");
    broker.withdraw("a");
    broker.withdraw("a");
    const [only, ...others] = closed;
    assert.deepEqual([only?.outcome, only?.by], ["void", null]);
    assert.deepEqual([others, delivered], [[], []]);
    assert.equal(broker.answer("a", "allow", "chat"), false);
  });

  it("withdraws all asks of one conversation, and of no other", () => {
    open("a", "c1");
    open("b", "c2");
    open("c", "c1");
    broker.withdrawAll("c1");
    assert.deepEqual(
      closed.map(({ ask, outcome }) => `${ask.id} ${outcome}`),
      ["a void", "c void"],
    );
    assert.deepEqual(pendingIds(), ["b"]);
    assert.equal(broker.answer("b", "deny", "chat"), true);
  });

  it("delivers once, even when the delivery answers again or withdraws", () => {
    let deliveries = 0;
    open("a", "c1", () => {
      deliveries += 1;
      assert.equal(broker.answer("a", "deny", "chat"), false);
      broker.withdrawAll("c1");
    });
    assert.equal(broker.answer("a", "allow", "chat"), true);
    assert.equal(deliveries, 1);
    assert.deepEqual(
      closed.map(({ outcome }) => outcome),
      ["allow"],
    );
  });

  it("closes the ask everywhere though the delivery failed", () => {
    open("a", "c1", () => {
      throw new Error("no pipe");
    });
    assert.throws(() => broker.answer("a", "allow", "chat"), /no pipe/);
    assert.deepEqual([closed.length, pendingIds()], [1, []]);
  });

  it("counts no negative wait when the clock was set back", () => {
    open("a");
    clock.jump(-60_000);
    broker.answer("a", "allow", "chat");
    assert.equal(closed[0]?.waitedMs, 0);
  });
});

import assert from "node:assert/strict";
import { Emitter } from "../../../src/base/event";
import type {
  FromWebview,
  ToWebview,
} from "../../../src/protocol/chatMessages";
import { emptyConversation } from "../../../src/protocol/transcript";
import { Connection } from "../../../webview/connection";
import { FakeClock } from "../../fakes/fakeClock";
import { ready } from "./modelHost";

const snapshot: ToWebview = {
  type: "snapshot",
  conversation: emptyConversation("c", "/work"),
  surroundings: ready,
};
const words = (text: string): ToWebview => ({
  type: "event",
  event: { type: "delta", id: "t", kind: "text", text },
});

describe("Connection", () => {
  let clock: FakeClock;
  let incoming: Emitter<unknown>;
  let posted: FromWebview[];
  let warnings: string[];
  let applied: ToWebview[];
  let connection: Connection;

  beforeEach(() => {
    clock = new FakeClock();
    incoming = new Emitter();
    posted = [];
    warnings = [];
    applied = [];
    connection = new Connection({
      post: (message) => posted.push(message),
      onMessage: incoming.event,
      clock,
      warn: (message) => warnings.push(message),
      apply: (body) => applied.push(body),
    });
    connection.start();
  });
  afterEach(() => connection.dispose());

  const receive = (seq: number, body: ToWebview, epoch = "e") =>
    incoming.fire({ epoch, seq, body });
  const hellos = () => posted.filter(({ type }) => type === "hello");
  const acks = () => posted.filter(({ type }) => type === "ack");

  it("says hello with nothing at the start, and takes the snapshot", () => {
    assert.deepEqual(posted, [{ type: "hello", last: null }]);
    receive(7, snapshot);
    assert.deepEqual(applied, [snapshot]);
  });

  it("applies nothing before the first snapshot", () => {
    receive(1, words("a"));
    assert.deepEqual(applied, []);
  });

  it("goes on from the snapshot's number", () => {
    receive(7, snapshot);
    receive(8, words("a"));
    assert.deepEqual(applied, [snapshot, words("a")]);
    assert.equal(hellos().length, 1);
  });

  it("ignores what it has applied before", () => {
    receive(1, snapshot);
    receive(2, words("a"));
    receive(2, words("a"));
    receive(1, snapshot);
    assert.equal(applied.length, 2);
  });

  it("asks once for what is missing, and applies nothing until it is there", () => {
    receive(1, snapshot);
    receive(3, words("b"));
    receive(4, words("c"));
    assert.deepEqual(hellos().slice(1), [
      { type: "hello", last: { epoch: "e", seq: 1 } },
    ]);
    assert.deepEqual(applied, [snapshot]);
    for (const [seq, text] of ["a", "b", "c"].entries()) {
      receive(seq + 2, words(text));
    }
    assert.deepEqual(applied.slice(1), ["a", "b", "c"].map(words));
  });

  it("asks again when a second gap opens after the first was healed", () => {
    receive(1, snapshot);
    receive(3, words("b"));
    receive(2, words("a"));
    receive(3, words("b"));
    receive(5, words("d"));
    assert.deepEqual(hellos().at(-1), {
      type: "hello",
      last: { epoch: "e", seq: 3 },
    });
    assert.equal(hellos().length, 3);
  });

  it("asks again when no answer comes, and less and less often", async () => {
    await clock.advance(60_000);
    // At 0, 1, 3, 7, 15, 30, 45 and 60 s.
    assert.equal(hellos().length, 8);
  });

  it("says hello for an unknown epoch and adopts its snapshot", () => {
    receive(5, snapshot);
    receive(6, words("from another"), "f");
    assert.deepEqual(hellos().at(-1), {
      type: "hello",
      last: { epoch: "e", seq: 5 },
    });
    receive(1, snapshot, "f");
    receive(2, words("a"), "f");
    assert.deepEqual(applied, [snapshot, snapshot, words("a")]);
  });

  it("asks for the whole state when replaying does not heal", async () => {
    receive(1, snapshot);
    receive(3, words("b"));
    await clock.advance(8000);
    assert.deepEqual(hellos().at(-1), { type: "hello", last: null });
    receive(3, snapshot);
    receive(4, words("c"));
    assert.deepEqual(applied, [snapshot, snapshot, words("c")]);
    await clock.advance(60_000);
    assert.equal(hellos().length, 5);
  });

  it("acknowledges a burst once, with its last number", async () => {
    receive(1, snapshot);
    receive(2, words("a"));
    receive(3, words("b"));
    await clock.advance(1000);
    assert.deepEqual(acks(), [{ type: "ack", epoch: "e", seq: 3 }]);
  });

  it("acknowledges again when the host repeats itself", async () => {
    receive(1, snapshot);
    await clock.advance(1000);
    receive(1, snapshot);
    await clock.advance(1000);
    assert.equal(acks().length, 2);
  });

  it("warns once about messages that are no envelopes, and drops them", () => {
    receive(1, snapshot);
    incoming.fire("nonsense");
    incoming.fire({ epoch: "e", seq: 2, body: { type: "later" } });
    assert.equal(warnings.length, 1);
    assert.deepEqual(applied, [snapshot]);
  });

  it("is silent once it is disposed", async () => {
    receive(1, snapshot);
    connection.dispose();
    receive(2, words("a"));
    await clock.advance(60_000);
    assert.equal(applied.length, 1);
    assert.equal(posted.length, 1);
    assert.equal(clock.pending, 0);
  });
});

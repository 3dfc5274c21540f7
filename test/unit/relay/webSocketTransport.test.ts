import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { serverAddress } from "../../../src/relay/serverAddress";
import { WebSocketTransport } from "../../../src/relay/webSocketTransport";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";
import { IngestServer } from "../../fakes/ingestServer";
import { someRecord } from "../../fakes/queueHome";

function addresses(server: IngestServer) {
  const address = serverAddress(server.url);
  assert.ok(address.ok);
  return address;
}

describe("WebSocketTransport", () => {
  let server: IngestServer;
  let clock: FakeClock;
  let transport: WebSocketTransport;
  let closes: number;
  beforeEach(async () => {
    server = new IngestServer();
    await server.start();
    clock = new FakeClock();
    closes = 0;
    transport = new WebSocketTransport({
      clock,
      newId: randomUUID,
      webSocketUrl: addresses(server).webSocketUrl,
      accessToken: "token-1",
      onClosed: () => {
        closes += 1;
      },
    });
  });
  afterEach(async () => {
    transport.close();
    await server.stop();
    assert.equal(clock.pending, 0);
  });

  const sendOne = () => transport.send([someRecord()]);

  it("presents the token in the first frame, and keeps the connection", async () => {
    const events = [someRecord(), someRecord()];
    assert.deepEqual(await transport.send(events), {
      kind: "sent",
      rejected: [],
    });
    assert.deepEqual(await sendOne(), { kind: "sent", rejected: [] });
    assert.deepEqual(server.tokens, ["token-1"]);
    assert.equal(server.events.size, 3);
  });

  it("opens the connection for an empty batch, and sends nothing more", async () => {
    assert.deepEqual(await transport.send([]), { kind: "sent", rejected: [] });
    await eventually(() => server.tokens.length === 1, "the token arrives");
    assert.equal(server.batches, 0);
  });

  it("takes 4401 as a token that is not accepted", async () => {
    server.accepts = () => false;
    assert.deepEqual(await sendOne(), { kind: "unauthorized" });
  });

  it("tells of an idle connection's end, and what it meant", async () => {
    await sendOne();
    server.closeSockets(4401);
    await eventually(() => closes === 1, "the end is told");
    assert.deepEqual(await sendOne(), { kind: "unauthorized" });
    assert.deepEqual(await sendOne(), { kind: "sent", rejected: [] });
  });

  it("counts a connection that ends at once without an acknowledgement as a failure", async () => {
    await transport.send([]);
    server.closeSockets(1000);
    await eventually(() => closes === 1, "the end is told");
    assert.equal((await sendOne()).kind, "retryable");
  });

  it("takes a lost acknowledgement for no delivery", async () => {
    server.ack = "takeAndClose";
    assert.equal((await sendOne()).kind, "retryable");
    server.ack = "ack";
    assert.equal((await sendOne()).kind, "sent");
  });

  it("gives up on an acknowledgement after 30 s, and the connection with it", async () => {
    server.ack = "silent";
    const outcome = sendOne();
    await eventually(() => server.batches === 1, "the batch arrives");
    await clock.advance(29_999);
    await clock.advance(1);
    assert.equal((await outcome).kind, "retryable");
    server.ack = "ack";
    assert.equal((await sendOne()).kind, "sent");
    assert.equal(server.connections, 2);
  });

  it("says that there is no WebSocket where an upgrade is refused", async () => {
    server.hasWebSocket = false;
    const outcome = await sendOne();
    assert.ok(
      outcome.kind === "refused" &&
        outcome.scope === "connection" &&
        outcome.isAnswered,
    );
  });

  for (const [status, isAnswered] of [
    [200, false],
    [302, false],
    [400, true],
    [403, false],
    [426, true],
    [502, false],
  ] as const) {
    it(`takes ${status} instead of a WebSocket for ${isAnswered ? "a" : "no"} server's answer`, async () => {
      server.hasWebSocket = false;
      server.upgradeStatus = status;
      const outcome = await sendOne();
      assert.ok(outcome.kind === "refused" && outcome.scope === "connection");
      assert.equal(outcome.isAnswered, isAnswered);
    });
  }

  it("sends a long batch in the contract's pieces, all of them before the first answer", async () => {
    server.ack = "silent";
    const events = Array.from({ length: 250 }, () => someRecord());
    const outcome = transport.send(events);
    await eventually(() => server.batches === 3, "all of it arrives");
    assert.deepEqual([...server.events.values()], events);
    server.closeSockets(1011);
    assert.equal((await outcome).kind, "retryable");
  });

  it("names every event that was refused in any of the pieces", async () => {
    server.namesRejected = true;
    server.isBad = (event) => event.tool_name === "bad";
    const events = Array.from({ length: 250 }, (_, index) =>
      someRecord({ tool_name: index % 100 === 7 ? "bad" : "good" }),
    );
    const outcome = await transport.send(events);
    assert.deepEqual(
      outcome.kind === "sent" &&
        outcome.rejected.map(({ clientEventId }) => clientEventId),
      [7, 107, 207].map((index) => events[index]?.client_event_id),
    );
  });

  it("finds within 20 s that nobody is there any more", async () => {
    await sendOne();
    for (let beat = 1; beat <= 5; beat += 1) {
      await clock.advance(10_000);
      await eventually(() => server.pingsAnswered === beat, "a ping");
    }
    assert.equal(closes, 0);
    server.freezeSockets();
    await clock.advance(20_000);
    await eventually(() => closes === 1, "the end is told");
    assert.equal((await sendOne()).kind, "sent");
    assert.equal(server.connections, 2);
  });

  it("gives a server that is busy with a batch its 30 s", async () => {
    server.ack = "silent";
    const outcome = sendOne();
    await eventually(() => server.batches === 1, "the batch arrives");
    server.freezeSockets();
    let isOver = false;
    void outcome.then(() => (isOver = true));
    await clock.advance(29_000);
    assert.equal(isOver, false);
    await clock.advance(1_000);
    assert.equal((await outcome).kind, "retryable");
  });

  it("leaves it to another way to find out what an error in words means", async () => {
    server.ack = "error";
    const outcome = await sendOne();
    assert.ok(outcome.kind === "refused" && outcome.scope === "batch");
  });

  it("ends what is under way when it is closed", async () => {
    server.ack = "silent";
    const outcome = sendOne();
    await eventually(() => server.batches === 1, "the batch arrives");
    transport.close();
    assert.equal((await outcome).kind, "retryable");
  });
});

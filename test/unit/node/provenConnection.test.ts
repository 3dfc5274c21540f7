import assert from "node:assert/strict";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { ProvenConnection } from "../../../src/node/provenConnection";
import { systemClock } from "../../../src/node/systemClock";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";

const key = "a".repeat(64);
const proof = { key, purpose: "tests", clock: systemClock };

/** Two ends of one socket. */
async function socketPair(): Promise<{ client: Socket; server: Socket }> {
  const listener = createServer();
  await new Promise<void>((resolve) =>
    listener.listen(0, "127.0.0.1", resolve),
  );
  const accepted = new Promise<Socket>((resolve) =>
    listener.once("connection", resolve),
  );
  const client = connect((listener.address() as AddressInfo).port, "127.0.0.1");
  const server = await accepted;
  listener.close();
  return { client, server };
}

describe("A connection between two who know the same key", () => {
  let ends: { client: Socket; server: Socket };
  let connections: ProvenConnection[];
  beforeEach(async () => {
    ends = await socketPair();
    connections = [];
  });
  afterEach(() => {
    connections.forEach((one) => one.dispose());
    ends.client.destroy();
    ends.server.destroy();
  });

  async function over(
    role: "client" | "server",
    options: Partial<typeof proof> = {},
  ) {
    const connection = await ProvenConnection.over(ends[role], role, {
      ...proof,
      ...options,
    });
    if (connection) {
      connections.push(connection);
    }
    return connection;
  }

  it("carries messages both ways, in order, those sent at once after the proof too", async () => {
    const serving = over("server").then((server) => {
      server?.send({ n: 1 });
      server?.send({ n: 2 });
      return server;
    });
    const client = await over("client");
    const server = await serving;
    assert.ok(client && server);
    const heard: unknown[] = [];
    client.listen((message) => heard.push(message));
    server.listen((message) => server.send({ echo: message }));
    client.send("größer");
    await eventually(() => heard.length === 3, "all three messages");
    assert.deepEqual(heard, [{ n: 1 }, { n: 2 }, { echo: "größer" }]);
  });

  for (const [who, role] of [
    ["client", "client"],
    ["server", "server"],
  ] as const) {
    it(`refuses a ${who} that knows another key`, async () => {
      const other = role === "client" ? "server" : "client";
      const [stranger, peer] = await Promise.all([
        over(role, { key: "b".repeat(64) }),
        over(other),
      ]);
      assert.equal(peer, undefined);
      assert.equal(stranger, undefined);
      assert.equal(ends[other].destroyed, true);
    });
  }

  it("refuses a proof that was made for another purpose", async () => {
    const both = [over("client", { purpose: "another" }), over("server")];
    assert.deepEqual(await Promise.all(both), [undefined, undefined]);
  });

  it("proves nothing to a client that has not proven itself", async () => {
    const serving = over("server");
    let said = "";
    ends.client.on("data", (chunk: Buffer) => (said += chunk.toString()));
    ends.client.write(`${"c".repeat(64)}\n${"d".repeat(64)}\n`);
    assert.equal(await serving, undefined);
    await eventually(() => ends.client.destroyed, "the end");
    assert.match(said, /^[0-9a-f]{64}\n$/, "its nonce, and no proof");
  });

  it("is not taken in by its own words sent back", async () => {
    const proving = over("client");
    ends.server.on("data", (chunk: Buffer) => ends.server.write(chunk));
    assert.equal(await proving, undefined);
  });

  for (const [what, bytes] of [
    ["garbage", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["a line without an end", Buffer.alloc(100_000, 0x61)],
    ["an empty line", Buffer.from("\n")],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const serving = over("server");
      ends.client.on("error", () => {});
      ends.client.write(bytes);
      assert.equal(await serving, undefined);
      assert.equal(ends.server.destroyed, true);
    });
  }

  it("gives up a peer that says nothing for 3 s", async () => {
    const clock = new FakeClock();
    const serving = over("server", { clock });
    await clock.advance(2_999);
    assert.equal(ends.server.destroyed, false);
    await clock.advance(1);
    assert.equal(await serving, undefined);
    assert.equal(clock.pending, 0);
  });

  it("settles when the peer hangs up in the middle of the proof", async () => {
    const serving = over("server");
    ends.client.destroy();
    assert.equal(await serving, undefined);
  });

  it("tells of its end at either side, and passes over what is no JSON", async () => {
    const [client, server] = await Promise.all([
      over("client"),
      over("server"),
    ]);
    assert.ok(client && server);
    const heard: unknown[] = [];
    server.listen((message) => heard.push(message));
    ends.client.write("no json\n");
    client.send(1);
    await eventually(() => heard.length === 2, "both");
    assert.deepEqual(heard, [undefined, 1]);
    client.dispose();
    await server.closed;
    assert.equal(server.isDisposed, true);
    server.send("nobody is there");
  });

  it("drops a peer that does not read, before memory fills up", async () => {
    const [client, server] = await Promise.all([
      over("client"),
      over("server"),
    ]);
    assert.ok(client && server);
    ends.client.pause();
    const chunk = "x".repeat(512 * 1024);
    for (let n = 0; n < 64; n++) {
      server.send(chunk);
    }
    assert.equal(ends.server.destroyed, true);
    await server.closed;
  });
});

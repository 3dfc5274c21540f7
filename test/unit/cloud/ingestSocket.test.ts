import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import { BrowserVisit } from "./browserVisit";
import { sampleEvent, TestServer } from "./testServer";

/** A client that keeps what the server says in order. */
class Client {
  readonly #messages: unknown[] = [];
  #wake = () => {};
  readonly closed: Promise<number>;

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data: Buffer) => {
      this.#messages.push(JSON.parse(data.toString("utf8")));
      this.#wake();
    });
    this.closed = new Promise((resolve) => socket.on("close", resolve));
  }

  static async connect(
    server: TestServer,
    options: { headers?: Record<string, string>; autoPong?: boolean } = {},
  ): Promise<Client> {
    const url = `ws://127.0.0.1:${server.port}/ws/events/ingest`;
    const socket = new WebSocket(url, options);
    const client = new Client(socket);
    await once(socket, "open");
    return client;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  async next(): Promise<unknown> {
    while (this.#messages.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#messages.shift();
  }
}

describe("events over the WebSocket", () => {
  let server: TestServer;
  let token: string;
  beforeEach(async () => {
    server = await TestServer.start({ faultsEnabled: true });
    token = (await server.signIn()).access;
  });
  afterEach(() => server.end());

  const connect = async () => {
    const client = await Client.connect(server);
    client.send(token);
    return client;
  };
  const refusedWith = async (path: string, headers = {}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, {
      headers,
    });
    const error = await new Promise((resolve) => socket.on("error", resolve));
    return /\d{3}/.exec(String(error))?.[0];
  };

  it("are acknowledged with counts", async () => {
    const client = await connect();
    const event = sampleEvent();
    client.send({ batch_id: "b1", events: [event, event, { bad: 1 }] });
    assert.deepEqual(await client.next(), {
      ...{ ack: "b1", accepted: 1, duplicates: 1 },
      rejected: [
        {
          client_event_id: null,
          reason: "client_event_id is missing",
        },
      ],
    });
    client.send({ batch_id: 7, events: [event] });
    assert.deepEqual(await client.next(), {
      ...{ ack: 7, accepted: 0, duplicates: 1, rejected: [] },
    });
  });

  it("are the same events as over REST", async () => {
    const event = sampleEvent();
    await server.send(token, [event]);
    const client = await connect();
    client.send({ batch_id: "b1", events: [event] });
    assert.match(JSON.stringify(await client.next()), /"duplicates":1/);
  });

  it("are not taken with a token that is not good", async () => {
    for (const bad of ["x".repeat(43), "", "Bearer abc"]) {
      const client = await Client.connect(server);
      client.send(bad);
      client.send({ batch_id: "b1", events: [sampleEvent()] });
      assert.equal(await client.closed, 4401);
    }
  });

  it("end with 4401 at once when nothing is being sent and the sign-in is ended", async () => {
    const other = await connect();
    const { access, refresh } = await server.signIn();
    const client = await Client.connect(server);
    client.send(access);
    client.send({ batch_id: "b1", events: [] });
    await client.next();
    await server.post("/api/v1/auth/logout", { refresh_token: refresh });
    assert.equal(await client.closed, 4401);
    other.send({ batch_id: "b2", events: [] });
    assert.match(JSON.stringify(await other.next()), /"ack":"b2"/);
  });

  it("end with 4401 when the token expires and nothing is being sent", async () => {
    const lifetimes = { accessTokenSeconds: 20 };
    const brief = await TestServer.start({ lifetimes });
    const client = await Client.connect(brief);
    client.send((await brief.signIn()).access);
    client.send({ batch_id: "b1", events: [] });
    await client.next();
    await brief.clock.advance(19_999);
    client.send({ batch_id: "b2", events: [] });
    await client.next();
    await brief.clock.advance(1);
    assert.equal(await client.closed, 4401);
    await brief.end();
  });

  it("are taken with an API key, until it is revoked", async () => {
    const keys = await TestServer.start({ codeGives: "api-key" });
    const visit = new BrowserVisit(keys);
    const { body } = await visit.exchange(await visit.code());
    const client = await Client.connect(keys);
    client.send(body["api_key"]);
    client.send({ batch_id: "b1", events: [sampleEvent()] });
    assert.match(JSON.stringify(await client.next()), /"accepted":1/);
    await keys.post("/api/v1/auth/logout", { api_key: body["api_key"] });
    assert.equal(await client.closed, 4401);
    await keys.end();
  });

  it("end with 4401 when the token expires or is revoked while connected", async () => {
    const expired = await connect();
    const { access, refresh } = await server.signIn();
    const revoked = await Client.connect(server);
    revoked.send(access);
    await server.post("/api/v1/auth/logout", { refresh_token: refresh });
    revoked.send({ batch_id: "b1", events: [sampleEvent()] });
    assert.equal(await revoked.closed, 4401);

    server.clock.jump(3_600_000);
    expired.send({ batch_id: "b1", events: [sampleEvent()] });
    assert.equal(await expired.closed, 4401);
  });

  it("end with 4401 when nobody says who it is within 10 s", async () => {
    const client = await Client.connect(server);
    await server.clock.advance(10_000);
    assert.equal(await client.closed, 4401);
  });

  it("go on after frames that make no sense", async () => {
    const client = await connect();
    client.send("{");
    assert.deepEqual(await client.next(), { error: "bad_frame" });
    client.send({ batch_id: "b1", events: "none" });
    assert.deepEqual(await client.next(), {
      error: "bad_frame",
      batch_id: "b1",
    });
    client.socket.send(Buffer.from([0, 255]));
    assert.deepEqual(await client.next(), { error: "bad_frame" });
    const events = Array.from({ length: 1001 }, () => sampleEvent());
    client.send({ batch_id: "b2", events });
    assert.match(
      JSON.stringify(await client.next()),
      /"too_large","batch_id":"b2"/,
    );
    client.send({ batch_id: "b3", events: [sampleEvent()] });
    assert.match(
      JSON.stringify(await client.next()),
      /"ack":"b3","accepted":1/,
    );
  });

  it("end with 1009 when a frame is longer than 4 MiB, and the server goes on", async () => {
    const client = await connect();
    client.socket.on("error", () => {});
    client.send("x".repeat(4 * 1024 * 1024 + 1));
    assert.equal(await client.closed, 1009);
    assert.equal((await server.fetch("/health")).status, 200);
  });

  it("are refused from web pages, under other names and at other paths", async () => {
    const path = "/ws/events/ingest";
    assert.equal(
      await refusedWith(path, { origin: "https://example.org" }),
      "403",
    );
    assert.equal(await refusedWith(path, { host: "example.org" }), "421");
    assert.equal(await refusedWith("/ws/other"), "404");
  });

  it("keep a connection that answers pings, and cut one that does not", async () => {
    const alive = await Client.connect(server);
    const silent = await Client.connect(server, { autoPong: false });
    alive.send(token);
    silent.send(token);
    for (const client of [alive, silent]) {
      client.send({ batch_id: "b0", events: [] });
      await client.next();
    }
    const pinged = Promise.all([
      once(alive.socket, "ping"),
      once(silent.socket, "ping"),
    ]);
    await server.clock.advance(30_000);
    await pinged;
    alive.send({ batch_id: "b1", events: [] });
    await alive.next();
    await server.clock.advance(30_000);
    assert.equal(await silent.closed, 1006);
    alive.send({ batch_id: "b2", events: [] });
    assert.match(JSON.stringify(await alive.next()), /"ack":"b2"/);
  });

  it("hear that the server goes away", async () => {
    const client = await connect();
    await server.halt();
    assert.equal(await client.closed, 1001);
    await server.launch();
  });

  describe("with faults", () => {
    const plan = (...faults: object[]) =>
      server.post("/__faults", {
        faults: faults.map((fault) => ({
          path: "/ws/events/ingest",
          ...fault,
        })),
      });

    it("loses an ack but not the events", async () => {
      await plan({ kind: "drop" });
      const client = await connect();
      const events = [sampleEvent()];
      client.send({ batch_id: "lost", events });
      client.send({ batch_id: "again", events });
      assert.deepEqual(await client.next(), {
        ...{ ack: "again", accepted: 0, duplicates: 1, rejected: [] },
      });
    });

    it("delays an ack", async () => {
      await plan({ kind: "delay", ms: 5000 });
      const client = await connect();
      client.send({ batch_id: "late", events: [] });
      client.send({ batch_id: "next", events: [] });
      assert.match(JSON.stringify(await client.next()), /"next"/);
      await server.clock.advance(5000);
      assert.match(JSON.stringify(await client.next()), /"late"/);
    });

    it("closes with the code that was asked for, and refuses to connect", async () => {
      await plan(
        { kind: "close", code: 1013 },
        { kind: "status", status: 503 },
      );
      assert.equal(await refusedWith("/ws/events/ingest"), "503");
      const client = await connect();
      client.send({ batch_id: "b1", events: [] });
      assert.equal(await client.closed, 1013);
    });
  });
});

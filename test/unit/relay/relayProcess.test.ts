import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readStats } from "../../../src/queue/stats";
import { bundle } from "../../fakes/bundle";
import { eventually } from "../../fakes/eventually";
import { IngestServer } from "../../fakes/ingestServer";
import { QueueHome, someRecord } from "../../fakes/queueHome";
import { RelayHarness } from "../../fakes/relayHarness";

describe("The relay's process", function () {
  this.timeout(20_000);
  let bundles: QueueHome;
  let script: string;
  let home: QueueHome;
  let server: IngestServer;
  let relays: RelayHarness[];

  before(async () => {
    bundles = new QueueHome();
    script = await bundle("src/relay/main.ts", bundles.root, "relay");
  });
  after(() => bundles.remove());
  beforeEach(async () => {
    home = new QueueHome();
    server = new IngestServer();
    await server.start();
    relays = [];
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.kill()));
    await server.stop();
    home.remove();
  });

  function start(): RelayHarness {
    const relay = new RelayHarness(script, home);
    relays.push(relay);
    return relay;
  }

  function startSignedIn(): RelayHarness {
    const relay = start();
    relay.signIn(server.url);
    return relay;
  }

  const idsOf = (records: { client_event_id: string }[]) =>
    records.map((record) => record.client_event_id);
  const arrival = (ids: string[]) =>
    eventually(
      () => ids.every((id) => server.events.has(id)),
      `${ids.length} events arrive`,
    );
  const emptied = (relay: RelayHarness) =>
    relay.reaches(
      (status) => status.queued === 0 && status.connection === "online",
      "empties the queue",
    );

  it("is online once it has reached the server, with nothing to send", async () => {
    await emptied(startSignedIn());
    assert.deepEqual(server.tokens, ["token-1"]);
  });

  it("delivers what waits, in order, and says so within a second", async () => {
    const ids = idsOf(home.appendMany(250));
    const relay = startSignedIn();
    await arrival(ids);
    assert.deepEqual(server.ids, ids);
    const status = await emptied(relay);
    assert.ok(status.lastAckAt);
    await eventually(
      () =>
        !readdirSync(home.paths.folder).some((name) => name.endsWith(".jsonl")),
      "the files go",
    );
    await eventually(
      async () => (await readStats(home.paths)).lastAckAt === status.lastAckAt,
      "the statistics are kept",
    );
  });

  it("delivers at once what is queued while it runs", async () => {
    await emptied(startSignedIn());
    const startMs = performance.now();
    await arrival([home.append().client_event_id]);
    assert.ok(performance.now() - startMs < 1_000);
  });

  it("counts what waits while nobody gives it a token, and sends none of it", async () => {
    const relay = start();
    home.append(someRecord({ timestamp: 1_000 }));
    home.append();
    const status = await relay.reaches(({ queued }) => queued === 2, "counts");
    assert.deepEqual(
      [status.connection, status.oldestQueuedAt],
      ["signedOut", 1_000],
    );
    relay.signIn(server.url);
    await emptied(relay);
    assert.equal(server.events.size, 2);
  });

  it("goes on by itself when the server comes back", async () => {
    await server.stop();
    const record = home.append();
    const relay = startSignedIn();
    const status = await relay.reaches(
      ({ connection }) => connection === "offline",
      "is offline",
    );
    assert.match(status.problem ?? "", /cannot be reached/);
    await server.start();
    await arrival([record.client_event_id]);
    await emptied(relay);
  });

  it("notices that the server goes away while nothing is to be sent", async () => {
    const relay = startSignedIn();
    await emptied(relay);
    await server.stop();
    await relay.reaches(
      ({ connection }) => connection === "offline",
      "is offline",
    );
    await server.start();
    await emptied(relay);
  });

  it("asks for a new token when one is refused, and delivers with it", async () => {
    server.accepts = (token) => token === "fresh";
    const record = home.append();
    const relay = startSignedIn();
    await eventually(
      () => relay.messages.some(({ type }) => type === "credentialRejected"),
      "asks",
    );
    relay.signIn(server.url, "fresh");
    await arrival([record.client_event_id]);
  });

  it("delivers over REST where there is no WebSocket", async () => {
    server.hasWebSocket = false;
    const ids = idsOf(home.appendMany(120));
    await emptied(startSignedIn());
    assert.deepEqual(server.ids, ids);
  });

  it("delivers nothing to a captive portal, and everything after the login", async () => {
    server.hasWebSocket = false;
    server.isPortal = true;
    const record = home.append();
    const relay = startSignedIn();
    const status = await relay.reaches(
      ({ connection }) => connection === "offline",
      "is offline",
    );
    assert.match(status.problem ?? "", /login page/);
    assert.equal(status.queued, 1);
    server.isPortal = false;
    await arrival([record.client_event_id]);
    await emptied(relay);
  });

  it("puts the one event aside that the server refuses, and delivers the others", async () => {
    server.isBad = (event) => event.tool_name === "bad";
    const before = home.appendMany(40);
    const bad = home.append(someRecord({ tool_name: "bad" }));
    const after = home.appendMany(30);
    const relay = startSignedIn();
    await arrival(idsOf([...before, ...after]));
    const status = await emptied(relay);
    assert.equal(status.quarantined, 1);
    assert.ok(
      readFileSync(home.paths.quarantine, "utf8").includes(bad.client_event_id),
    );
  });

  it("loses nothing when acknowledgements are lost", async () => {
    server.ack = "takeAndClose";
    const ids = idsOf(home.appendMany(3));
    const relay = startSignedIn();
    await arrival(ids);
    await relay.reaches(
      ({ connection, queued }) => connection === "offline" && queued === 3,
      "keeps them",
    );
    server.ack = "ack";
    await emptied(relay);
    assert.deepEqual(server.ids, ids);
  });

  it("syncs on request, over REST, and reports how many went", async () => {
    server.ack = "close";
    home.appendMany(3);
    const relay = startSignedIn();
    await relay.reaches(
      ({ connection }) => connection === "offline",
      "is offline",
    );
    relay.send({ type: "syncNow", requestId: "r1" });
    const synced = await eventually(
      () => relay.messages.find(({ type }) => type === "synced"),
      "syncs",
    );
    assert.deepEqual(synced, {
      type: "synced",
      requestId: "r1",
      sent: 3,
      problem: null,
    });
    assert.equal(server.posts, 1);
  });

  it("delivers each event once although it is killed in the middle", async () => {
    const ids = idsOf(home.appendMany(4_000));
    for (const killedAt of [1, 1_100, 2_300]) {
      const relay = startSignedIn();
      await eventually(
        () => server.events.size >= killedAt,
        `${killedAt} events arrive`,
      );
      await relay.kill();
    }
    home.append(someRecord({ tool_name: "last" }));
    await emptied(startSignedIn());
    assert.deepEqual(server.ids.slice(0, ids.length), ids);
    assert.equal(server.events.size, ids.length + 1);
  });

  it("is one: another one ends at once and leaves the queue to it", async () => {
    const first = startSignedIn();
    await emptied(first);
    const second = start();
    assert.equal(await second.ended, 0);
    await emptied(first);
    await arrival([home.append().client_event_id]);
    assert.equal(server.connections, 1);
  });

  it("ends by itself when nobody attaches", async () => {
    const relay = new RelayHarness(script, home, { attach: false });
    relays.push(relay);
    assert.equal(await relay.ended, 0);
  });

  it("ends with its window, after it has sent what waited", async () => {
    const relay = startSignedIn();
    await emptied(relay);
    const ids = idsOf(home.appendMany(150));
    relay.detach();
    assert.equal(await relay.ended, 0);
    assert.deepEqual(server.ids, ids);
  });

  it("ends within its 2 s when the server does not answer, and keeps what waits", async () => {
    server.ack = "silent";
    home.append();
    const relay = startSignedIn();
    await eventually(() => server.batches === 1, "the batch arrives");
    const startMs = performance.now();
    relay.detach();
    assert.equal(await relay.ended, 0);
    assert.ok(performance.now() - startMs < 4_000);
    server.ack = "ack";
    await emptied(startSignedIn());
    assert.equal(server.events.size, 1);
  });

  it("writes the token nowhere", async () => {
    server.accepts = () => false;
    home.append();
    const relay = start();
    relay.signIn(server.url, "very-secret-token");
    relay.send({ type: "syncNow", requestId: "r1" });
    await eventually(
      () => relay.messages.some(({ type }) => type === "credentialRejected"),
      "asks",
    );
    assert.ok(!relay.output.includes("very-secret-token"));
    assert.ok(!JSON.stringify(relay.messages).includes("very-secret-token"));
    for (const name of readdirSync(home.paths.folder)) {
      assert.ok(
        !readFileSync(join(home.paths.folder, name), "utf8").includes(
          "very-secret-token",
        ),
        name,
      );
    }
    if (process.platform === "linux") {
      for (const file of ["cmdline", "environ"]) {
        assert.ok(
          !readFileSync(`/proc/${relay.pid}/${file}`, "utf8").includes(
            "very-secret-token",
          ),
        );
      }
    }
  });
});

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { relayPlace } from "../../../src/relay/relayPlace";
import { bundle } from "../../fakes/bundle";
import { eventually } from "../../fakes/eventually";
import { IngestServer } from "../../fakes/ingestServer";
import { QueueHome } from "../../fakes/queueHome";
import { type Programs, relayRound } from "../../fakes/relayRounds";
import { RelayWindows } from "../../fakes/relayWindows";

/** The process table is read from /proc; elsewhere there is no telling how many relays run. */
const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("One relay for all windows", function () {
  this.timeout(60_000);
  let bundles: QueueHome;
  let programs: Programs;
  let newer: string;
  let home: QueueHome;
  let server: IngestServer;
  let windows: RelayWindows;

  before(async () => {
    bundles = new QueueHome();
    const { root } = bundles;
    const relay = "src/relay/main.ts";
    programs = {
      relay: await bundle(relay, root, "relay"),
      windows: await bundle("test/fakes/windowsProcess.ts", root, "windows"),
    };
    newer = await bundle(relay, root, "newer", { version: "99.0.0" });
  });
  after(() => bundles.remove());
  beforeEach(async () => {
    home = new QueueHome();
    server = new IngestServer();
    await server.start();
    windows = new RelayWindows(programs.relay, home);
  });
  afterEach(async () => {
    await windows.end();
    await server.stop();
    home.remove();
  });

  const credential = (accessToken = "token-1") => ({
    serverUrl: server.url,
    accessToken,
  });
  const open = (options?: Parameters<RelayWindows["open"]>[0]) => {
    const window = windows.open(options);
    window.setCredential(credential());
    return window;
  };
  const online = (window: ReturnType<typeof open>) =>
    windows.reaches(
      window,
      ({ connection, queued }) => connection === "online" && queued === 0,
      "is online, with an empty queue",
    );
  const arrival = (id: string) =>
    eventually(() => server.events.has(id), "the event arrives");

  for (const end of ["closed", "killed"] as const) {
    it(`is one for 20 windows that start at once, another one when it is killed, and none when they are ${end}`, async () => {
      const figures = await relayRound({
        ...{ programs, home, end },
        serverUrl: server.url,
        windows: 20,
        processes: 4,
      });
      // The promise is 5 s; the figures are torture's.
      assert.ok(figures.goneMs < 10_000);
    });
  }

  it("outlives the window that started it, and works for the others", async () => {
    const first = open();
    await online(first);
    const pid = windows.onlyPid();
    const second = open();
    await online(second);
    await first.stop();
    await arrival(home.append().client_event_id);
    await online(second);
    assert.equal(windows.onlyPid(), pid);
    assert.equal(server.connections, 1);
  });

  it("sends what waits before it ends with its last window", async () => {
    const window = open();
    await online(window);
    const ids = home.appendMany(150).map((one) => one.client_event_id);
    await window.stop();
    assert.deepEqual(server.ids, ids);
    await eventually(() => windows.pids().length === 0, "the relay ends");
  });

  it("leaves no relay behind when it is closed while the relay starts", async () => {
    const window = windows.open();
    await eventually(() => windows.pids().length === 1, "a relay starts");
    await window.stop();
    assert.equal(window.isRunning, false);
    await eventually(() => windows.pids().length === 0, "it ends", 1_000);
  });

  it("holds no token, and little else, in its environment", async () => {
    process.env["SECRET_OF_THE_USER"] = "do not hand me on";
    try {
      const window = open();
      await online(window);
      const environ = readFileSync(
        `/proc/${windows.onlyPid()}/environ`,
        "utf8",
      );
      const names = environ
        .split("\0")
        .filter((entry) => entry !== "")
        .map((entry) => entry.split("=")[0]);
      assert.deepEqual(names, ["FAILPROOFAI_HOME"]);
    } finally {
      delete process.env["SECRET_OF_THE_USER"];
    }
  });

  it("tells every window how things stand, and syncs for any of them", async () => {
    const [first, second] = [open(), open()];
    await Promise.all([online(first), online(second)]);
    server.ack = "close";
    const { client_event_id: id } = home.append();
    for (const window of [first, second]) {
      await windows.reaches(
        window,
        // A line whose writer meets the relay's rename is written twice.
        ({ connection, queued }) => connection === "offline" && queued >= 1,
        "knows of it",
      );
    }
    const { sent, problem } = await second.syncNow();
    assert.ok(sent >= 1 && problem === null, `${sent} ${problem}`);
    assert.deepEqual([...server.events.keys()], [id], "once in the server");
    await Promise.all([online(first), online(second)]);
  });

  it("uses the newest token, asks for another where the refused one came from, and goes on with it", async () => {
    const [first, second] = [open(), open()];
    await Promise.all([online(first), online(second)]);
    const asked: string[] = [];
    first.onCredentialRejected(() => asked.push("first"));
    second.onCredentialRejected(() => asked.push("second"));
    server.accepts = (token) => token === "token-1";
    second.setCredential(credential("stale"));
    await eventually(() => asked.length > 0, "a window is asked");
    assert.deepEqual(asked, ["second"]);
    await arrival(home.append().client_event_id);
    server.accepts = (token) => token === "fresh";
    second.setCredential(credential("fresh"));
    await eventually(() => server.tokens.at(-1) === "fresh", "it is used");
    await arrival(home.append().client_event_id);
    assert.deepEqual(asked, ["second"]);
  });

  it("sends no more once a window has signed out, though others of the account have not heard of it", async () => {
    const [first, second] = [open(), open()];
    await Promise.all([online(first), online(second)]);
    first.setCredential(undefined);
    await windows.reaches(
      second,
      ({ connection }) => connection === "signedOut",
      "is signed out",
    );
    home.append();
    await windows.reaches(second, ({ queued }) => queued === 1, "it waits");
    assert.equal(server.received, 0);
  });

  it("goes on for another editor's account when one signs out", async () => {
    const insiders = open();
    await online(insiders);
    const stable = windows.open();
    stable.setCredential(credential("token-2"));
    await eventually(
      () => server.tokens.at(-1) === "token-2",
      "the newest counts",
    );
    stable.setCredential(undefined);
    await eventually(() => server.tokens.at(-1) === "token-1", "the other's");
    await arrival(home.append().client_event_id);
  });

  it("stops for all windows, and starts again for all when one starts it, or a new one opens", async () => {
    const [first, second] = [open(), open()];
    await Promise.all([online(first), online(second)]);
    for (const startAgain of [() => first.startForAll(), () => void open()]) {
      await second.stopForAll();
      await windows.reaches(
        first,
        ({ connection }) => connection === "stopped",
        "shows that it is stopped",
      );
      await eventually(() => windows.pids().length === 0, "the relay ends");
      // What an account change does.
      second.start();
      const { client_event_id } = home.append();
      startAgain();
      await arrival(client_event_id);
      await Promise.all(windows.all.map(online));
      windows.onlyPid();
    }
  });

  it("hands over to a newer build in the middle of its work: nothing is lost, nothing doubled", async () => {
    const ids = home.appendMany(3_000).map((one) => one.client_event_id);
    const old = open();
    await eventually(() => server.events.size >= 300, "it is at work");
    const young = open({ build: "99.0.0", script: newer });
    await eventually(
      () => windows.pids().length === 0 && windows.pids(newer).length === 1,
      "the newer relay takes the older one's place",
    );
    await Promise.all([online(old), online(young)]);
    assert.deepEqual(server.ids, ids);
    await arrival(home.append().client_event_id);
    // The older window works with it, and does not ask for its own.
    await old.syncNow();
    assert.equal(windows.pids(newer).length, 1);
    await Promise.all([old.stop(), young.stop()]);
    await eventually(() => windows.pids(newer).length === 0, "it ends too");
  });

  describe("and a stranger in its place", () => {
    let stranger: Server;
    let heard: string;
    afterEach(() => stranger.close());

    /** Somebody else on this machine, who has seen the address and does not know the key. */
    async function squat(answer: (socket: Socket) => void): Promise<void> {
      heard = "";
      stranger = createServer((socket) => {
        socket.on("error", () => {});
        socket.on("data", (data) => (heard += String(data)));
        answer(socket);
      });
      const { address } = relayPlace(home.paths);
      await new Promise<void>((resolve) => stranger.listen(address, resolve));
    }

    const strangers: [string, (socket: Socket) => void][] = [
      [
        "claims to be a relay",
        (socket) => {
          const [nonce, proof] = [hex(), hex()];
          const identity = { protocol: 1, build: "1" };
          socket.write(
            `${JSON.stringify({ type: "challenge", ...identity, nonce, proof })}\n`,
          );
        },
      ],
      [
        "sends a window's own words back",
        (socket) => {
          socket.on("data", (data) => socket.write(data));
        },
      ],
      ["talks nonsense", (socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n")],
      ["hangs up", (socket) => socket.destroy()],
    ];
    for (const [what, answer] of strangers) {
      it(`tells nothing to one who ${what}, and says so`, async () => {
        await squat(answer);
        const window = open();
        await windows.reaches(
          window,
          ({ problem }) => /Another program/.test(problem ?? ""),
          "says so",
        );
        assert.ok(!heard.includes("token-1"));
        assert.doesNotMatch(heard, /credential|proof/);
      });
    }
  });
});

const hex = () => (randomUUID() + randomUUID()).replaceAll("-", "");

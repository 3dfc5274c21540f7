import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import type {
  CallbackReceiver,
  CallbackVerdict,
} from "../../../src/auth/browserFlow";
import { openLoopback } from "../../../src/auth/loopbackListener";
import { AppError } from "../../../src/base/errors";
import { nullLogger } from "../../../src/base/log";
import { systemClock } from "../../../src/node/systemClock";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";
import { RawConnection, rawRequest } from "../../fakes/rawRequest";

describe("The loopback listener", function () {
  this.timeout(20_000);
  let receiver: CallbackReceiver;
  let queries: string[];
  let verdict: CallbackVerdict;
  let port: number;
  let open: RawConnection[];
  beforeEach(async () => {
    queries = [];
    open = [];
    verdict = "accepted";
    const deps = { clock: systemClock, log: nullLogger };
    receiver = await openLoopback(deps, (query) => {
      queries.push(query.toString());
      return verdict;
    });
    port = Number(new URL(receiver.redirectUri).port);
  });
  afterEach(async () => {
    receiver.dispose();
    open.forEach((connection) => connection.destroy());
    await eventually(async () => !(await isOpen()), "the port is closed");
  });

  const get = (path: string, host = `127.0.0.1:${port}`, method = "GET") =>
    rawRequest(port, `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const isOpen = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("connect", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
  function hold(text: string): RawConnection {
    const connection = new RawConnection(port, text);
    open.push(connection);
    return connection;
  }

  it("hands on the query of a callback, on 127.0.0.1 and a port of its own", async () => {
    assert.match(receiver.redirectUri, /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    assert.equal((await get("/callback?code=c%201&state=s")).status, 200);
    assert.deepEqual(queries, ["code=c+1&state=s"]);
  });

  it("answers 404 to another path, 405 to another method, and 400 to another host, and hands on nothing", async () => {
    const paths = [
      "/",
      "/callback/",
      "/Callback",
      "//callback",
      "/favicon.ico",
    ];
    for (const path of [...paths, "http://evil.example/callback", "*"]) {
      assert.equal((await get(`${path}?code=c&state=s`)).status, 404, path);
    }
    for (const method of ["HEAD", "POST", "OPTIONS", "PUT", "DELETE"]) {
      const answer = await get("/callback?code=c&state=s", undefined, method);
      assert.equal(answer.status, 405, method);
      assert.match(answer.received, /allow: GET/i);
    }
    const hosts = ["evil.example", `localhost:${port}`, "127.0.0.1", ""];
    for (const host of [...hosts, `127.0.0.1:${port + 1}`]) {
      const answer = await get("/callback?code=c&state=s", host);
      assert.equal(answer.status, 400, host);
    }
    const none = await rawRequest(port, "GET /callback?x HTTP/1.1\r\n\r\n");
    assert.equal(none.status, 400);
    assert.deepEqual(queries, []);
  });

  it("answers 400 to what is not for this sign-in", async () => {
    verdict = "refused";
    assert.equal((await get("/callback?code=c&state=wrong")).status, 400);
  });

  it("shows a page that says how it ended, holds nothing of the request, runs and loads nothing", async () => {
    const texts = {
      accepted: /You can close this window/,
      denied: /not approved.*close this window/s,
      refused: /another sign-in.*close this window/s,
    };
    for (const kind of ["accepted", "denied", "refused"] as const) {
      verdict = kind;
      const mark = "PROBE<b>";
      const { received } = await get(
        `/callback?code=${mark}&state=${mark}&error=${mark}`,
      );
      const [head = "", page = ""] = received.split("\r\n\r\n");
      assert.match(page, texts[kind]);
      assert.ok(!received.includes("PROBE"));
      assert.ok(!/<script|<link|<img|src=|href=|url\(|@import/i.test(page));
      const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? "";
      const hash = createHash("sha256").update(style).digest("base64");
      assert.ok(
        head.includes(`default-src 'none'; style-src 'sha256-${hash}'`),
      );
      assert.match(style, /prefers-color-scheme: dark/);
      for (const line of [
        /^cache-control: no-store\r?$/im,
        /^referrer-policy: no-referrer\r?$/im,
        /^x-content-type-options: nosniff\r?$/im,
        /^connection: close\r?$/im,
      ]) {
        assert.match(head, line);
      }
    }
  });

  it("lets in the browser though others hold connections and say nothing, or half of something", async () => {
    let ended = 0;
    for (let index = 0; index < 100; index++) {
      const held = hold(index % 2 ? "" : "GET /callback?co");
      void held.closed.then(() => (ended += 1));
    }
    // A few may stay; none of them for long.
    await eventually(() => ended >= 84, "the oldest give way", 1_500);
    assert.equal((await get("/callback?code=c&state=s")).status, 200);
  });

  it("ends a request that does not come to its end", async () => {
    const slow = hold(
      "GET /callback?code=c&state=s HTTP/1.1\r\nHost: x\r\nA: ",
    );
    await slow.closed;
    assert.equal(slow.status, 408);
    assert.deepEqual(queries, []);
  });

  it("refuses headers without end", async () => {
    const line = `x: ${"y".repeat(1_000)}\r\n`;
    const huge = await rawRequest(
      port,
      `GET /callback HTTP/1.1\r\n${line.repeat(100)}`,
    );
    assert.equal(huge.status, 431);
  });

  it("takes one request of a connection, however many are sent at once", async () => {
    const one = `GET /callback?n HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
    const answer = await rawRequest(port, one.repeat(50));
    assert.equal(answer.status, 200);
    assert.equal(queries.length, 1);
  });

  it("is closed within 1 s of its end, whatever connections there are", async () => {
    receiver.dispose();
    const clock = new FakeClock();
    receiver = await openLoopback({ clock, log: nullLogger }, () => "accepted");
    port = Number(new URL(receiver.redirectUri).port);
    const silent = hold("");
    const half = hold("GET /callback?code=");
    const done = hold(
      `GET /callback?n HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: keep-alive\r\n\r\n`,
    );
    await eventually(() => done.status !== undefined, "the page is sent");
    receiver.dispose();
    assert.equal(await isOpen(), false);
    await clock.advance(1_000);
    await Promise.all([silent.closed, half.closed, done.closed]);
    assert.equal(clock.pending, 0);
    assert.match(done.received, /<\/html>\n$/);
  });

  it("sends the page to its end though the wait ends with it", async () => {
    receiver.dispose();
    const deps = { clock: systemClock, log: nullLogger };
    receiver = await openLoopback(deps, () => {
      receiver.dispose();
      return "accepted";
    });
    port = Number(new URL(receiver.redirectUri).port);
    const { received } = await get("/callback?code=c&state=s");
    assert.match(received, /<\/html>\n$/);
  });

  it("says so when it cannot listen, and leaves nothing open", async () => {
    const deps = { clock: systemClock, log: nullLogger, port };
    await assert.rejects(
      openLoopback(deps, () => "accepted"),
      (error) => error instanceof AppError && error.code === "listener-failed",
    );
  });

  it("survives 500 connections of garbage", async () => {
    await Promise.all(
      Array.from({ length: 500 }, async () => {
        const connection = new RawConnection(
          port,
          randomBytes(300).toString("latin1"),
        );
        connection.end();
        await connection.closed;
      }),
    );
    assert.equal((await get("/callback?code=c&state=s")).status, 200);
  });
});

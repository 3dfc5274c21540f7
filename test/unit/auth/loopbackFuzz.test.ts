import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import fc from "fast-check";
import { openLoopback } from "../../../src/auth/loopbackListener";
import { nullLogger } from "../../../src/base/log";
import { systemClock } from "../../../src/node/systemClock";
import { BrowserSignIn, signedIn } from "../../fakes/browserSignIn";
import { eventually } from "../../fakes/eventually";
import { RawConnection, rawRequest } from "../../fakes/rawRequest";

const requests = 1_000;
/** Of those that are left open, half-said, until the end. */
const mostOpen = 50;

/** What is sent, and whether the connection then stays open without a word. */
interface Malformed {
  text: string;
  staysOpen: boolean;
}

const line = fc.constantFrom(
  "GET /callback?code=c&state=guess HTTP/1.1",
  "GET /callback?code=c&state=$STATE HTTP/1.1",
  "GET /callback?code=c&code=d&state=$STATE HTTP/1.1",
  "GET /callback?state=$STATE HTTP/1.1",
  "GET /callback?error=access_denied&state=guess HTTP/1.1",
  "GET /callback?error=access_denied&state=$STATE HTTP/1.1",
  "GET /other?code=c&state=$STATE HTTP/1.1",
  "HEAD /callback?code=c&state=$STATE HTTP/1.1",
  "POST /callback?code=c&state=$STATE HTTP/1.1",
  "OPTIONS * HTTP/1.1",
  "CONNECT 127.0.0.1:80 HTTP/1.1",
  "GET http://evil.example/callback?code=c&state=$STATE HTTP/1.1",
  "GET /callback?code=%ff%00%0d%0a&state=%zz HTTP/1.1",
  "PRI * HTTP/2.0",
  "GET /callback",
  "",
);
const header = fc.oneof(
  fc.constantFrom(
    "Host: evil.example",
    "Host: localhost:$PORT",
    "Host: 127.0.0.1:1",
    "Host:",
    "Host: a\r\nHost: b",
    "Content-Length: 99999999",
    "Content-Length: -1",
    "Transfer-Encoding: chunked",
    "Expect: 100-continue",
    "Connection: Upgrade\r\nUpgrade: websocket",
    `Cookie: ${"x".repeat(30_000)}`,
  ),
  fc.string({ maxLength: 60 }),
);
const malformed: fc.Arbitrary<Malformed> = fc.record({
  text: fc.oneof(
    fc
      .uint8Array({ maxLength: 400 })
      .map((bytes) => Buffer.from(bytes).toString("latin1")),
    // None of these has the right Host: with it, the right line would be the right request.
    fc
      .tuple(line, fc.array(header, { maxLength: 4 }), fc.nat(3), fc.boolean())
      .map(([first, headers, times, isWhole]) => {
        const one = [first, ...headers, "", isWhole ? "\r\n" : "x"];
        return one.join("\r\n").repeat(times + 1);
      }),
    // The right Host, and a wrong state.
    fc
      .tuple(fc.string({ maxLength: 50 }), fc.nat(20))
      .map(([state, times]) =>
        `GET /callback?code=c&state=${encodeURIComponent(state)} HTTP/1.1\r\nHost: 127.0.0.1:$PORT\r\n\r\n`.repeat(
          times + 1,
        ),
      ),
  ),
  staysOpen: fc.boolean(),
});

describe("Signing in with the browser, under fire", function () {
  this.timeout(30_000);

  function start(): BrowserSignIn {
    return new BrowserSignIn({
      openReceiver: (accept) =>
        openLoopback({ clock: systemClock, log: nullLogger }, accept),
    });
  }
  async function portOf(flow: BrowserSignIn): Promise<number> {
    await eventually(() => flow.urls.length > 0, "the page's address is known");
    return Number(new URL(flow.redirectUri).port);
  }
  const right = (port: number, state: string, rest = "code=c") =>
    `GET /callback?${rest}&state=${state} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;

  it(`signs in by the right request after ${requests} malformed ones`, async () => {
    const flow = start();
    const port = await portOf(flow);
    const open: RawConnection[] = [];
    const seed = randomInt(2 ** 31);
    const all = fc.sample(malformed, { numRuns: requests, seed });
    for (let index = 0; index < all.length; index += mostOpen) {
      const batch = all.slice(index, index + mostOpen).map((one) => {
        const text = one.text
          .replaceAll("$PORT", String(port))
          .replaceAll("$STATE", flow.state);
        const connection = new RawConnection(port, text);
        open.push(connection);
        if (!one.staysOpen) {
          connection.end();
        }
        return one.staysOpen ? Promise.resolve() : connection.closed;
      });
      await Promise.all(batch);
      // Those before the last ones make room, whatever state they are in.
      open.splice(0, open.length - mostOpen).forEach((one) => one.destroy());
    }
    assert.equal(flow.ends, 0, `seed ${seed}: ${String(flow.error)}`);

    const { status } = await rawRequest(port, right(port, flow.state));
    assert.equal(status, 200, `seed ${seed}`);
    await eventually(() => flow.ends > 0, "it signs in");
    assert.deepEqual(flow.result, signedIn);
    assert.equal(flow.exchanges.length, 1);
    await Promise.all(open.map((one) => one.closed));
    await eventually(
      async () => (await late(port)) === undefined,
      "it is shut",
    );
    assert.equal(flow.ends, 1);
  });

  /** What somebody gets who comes after the end. */
  async function late(port: number): Promise<number | undefined> {
    return (await rawRequest(port, right(port, "x"))).status;
  }

  it("answers nobody after the end, however it ended", async () => {
    const ends: ((flow: BrowserSignIn, port: number) => unknown)[] = [
      (flow, port) => rawRequest(port, right(port, flow.state)),
      (flow, port) =>
        rawRequest(port, right(port, flow.state, "error=access_denied")),
      (flow) => flow.abort.abort(),
      (flow) => flow.clock.advance(300_000),
    ];
    const kinds: (string | undefined)[] = [];
    for (const end of ends) {
      const flow = start();
      const port = await portOf(flow);
      const half = new RawConnection(port, "GET /callback?");
      await end(flow, port);
      await eventually(() => flow.ends === 1, "it ends");
      await half.closed;
      assert.equal(await late(port), undefined);
      kinds.push(flow.failure ?? flow.result?.kind);
      assert.equal(flow.clock.pending, 0);
    }
    assert.deepEqual(kinds, [
      "tokens",
      "code-denied",
      "cancelled",
      "browser-timeout",
    ]);
  });
});

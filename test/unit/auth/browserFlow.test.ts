import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ExchangeOutcome } from "../../../src/auth/authApi";
import type { CallbackReceiver } from "../../../src/auth/browserFlow";
import { UriCallbacks } from "../../../src/auth/uriCallbacks";
import { AppError } from "../../../src/base/errors";
import { BrowserSignIn, signedIn } from "../../fakes/browserSignIn";

describe("Signing in with the browser", () => {
  let flow: BrowserSignIn;
  beforeEach(() => (flow = new BrowserSignIn()));
  afterEach(async () => {
    flow.abort.abort();
    await flow.clock.advance(0);
    // Whatever happened: settled once, with nothing left behind.
    assert.equal(flow.ends, 1);
    assert.equal(flow.receivers, 0);
    assert.equal(flow.clock.pending, 0);
  });
  const settle = () => flow.clock.advance(0);

  it("opens the server's page, and exchanges the code that comes back", async () => {
    await settle();
    assert.equal(flow.urls.length, 1);
    assert.ok(flow.urls[0]?.startsWith("https://example.org/connect?"));
    assert.deepEqual(
      [...flow.query.keys()],
      [
        "redirect_uri",
        "state",
        "agent_id",
        "code_challenge",
        "code_challenge_method",
      ],
    );
    assert.equal(flow.query.get("agent_id"), "agent-1");
    assert.equal(flow.query.get("code_challenge_method"), "S256");
    assert.equal(flow.callback({ code: "c", state: flow.state }), "accepted");
    await settle();
    assert.deepEqual(flow.result, signedIn);
    const [exchange = assert.fail()] = flow.exchanges;
    const { code, state, redirectUri, codeVerifier } = exchange;
    assert.deepEqual(
      [code, state, redirectUri],
      ["c", flow.state, flow.redirectUri],
    );
    assert.match(codeVerifier, /^[\w-]{43}$/);
    const hash = createHash("sha256").update(codeVerifier).digest("base64url");
    assert.equal(flow.query.get("code_challenge"), hash);
  });

  it("asks with another state and another verifier each time", async () => {
    await settle();
    const other = new BrowserSignIn();
    await other.clock.advance(0);
    assert.match(flow.state, /^[\w-]{43}$/);
    assert.notEqual(flow.state, other.state);
    const challenge = "code_challenge";
    assert.notEqual(flow.query.get(challenge), other.query.get(challenge));
    other.abort.abort();
    await other.clock.advance(0);
  });

  it("is not ended by a callback that does not belong to it", async () => {
    await settle();
    const { state } = flow;
    const wrong = [
      {},
      { code: "c" },
      { state },
      { code: "", state },
      { code: "c", state: "" },
      { code: "c", state: `${state}x` },
      { code: "c", state: state.slice(1) },
      { code: "c", state: state.toUpperCase() },
      { error: "access_denied" },
      { error: "access_denied", state: "guessed" },
      `code=c&code=d&state=${state}`,
      `code=c&state=${state}&state=${state}`,
    ];
    for (const query of wrong) {
      assert.equal(flow.callback(query), "refused", JSON.stringify(query));
    }
    await settle();
    assert.equal(flow.ends, 0);
    assert.equal(flow.callback({ code: "c", state }), "accepted");
    await settle();
    assert.deepEqual(flow.result, signedIn);
  });

  it("takes its state once", async () => {
    let give = (_: ExchangeOutcome) => {};
    flow.abort.abort();
    await settle();
    flow = new BrowserSignIn({
      exchange: () => new Promise((resolve) => (give = resolve)),
    });
    await settle();
    const { state } = flow;
    assert.equal(flow.callback({ code: "c", state }), "accepted");
    assert.equal(flow.callback({ code: "c", state }), "refused");
    assert.equal(flow.callback({ error: "access_denied", state }), "refused");
    await settle();
    // The receiver is closed while the code is exchanged.
    assert.equal(flow.receivers, 0);
    give({ kind: "signedIn", signedIn });
    await settle();
    assert.deepEqual(flow.result, signedIn);
    assert.equal(flow.exchanges.length, 1);
  });

  it("ends when the page says that it was denied, or anything else that is an error", async () => {
    for (const [error, failure] of [
      ["access_denied", "code-denied"],
      ["server_error", "server-refused"],
      ["x\ny".repeat(1_000), "server-refused"],
    ] as const) {
      await settle();
      assert.equal(flow.callback({ error, state: flow.state }), "denied");
      await settle();
      assert.equal(flow.failure, failure);
      assert.ok(!String(flow.error).includes("\n"));
      assert.deepEqual(flow.exchanges, []);
      flow = new BrowserSignIn();
    }
  });

  it("waits for five minutes, and then ends with a sentence", async () => {
    await flow.clock.advance(299_999);
    assert.equal(flow.ends, 0);
    await flow.clock.advance(1);
    assert.equal(flow.failure, "browser-timeout");
    assert.equal(flow.callback({ code: "c", state: flow.state }), "accepted");
    await settle();
    assert.equal(flow.exchanges.length, 0);
  });

  it("goes on when no browser opens, and says so", async () => {
    const ways = [
      () => Promise.resolve(false),
      () => Promise.reject(new Error("no display")),
      () => {
        throw new Error("no display");
      },
    ];
    for (const openBrowser of ways) {
      flow.abort.abort();
      await settle();
      flow = new BrowserSignIn({ openBrowser });
      await settle();
      assert.deepEqual(flow.failedUrls, flow.urls);
      flow.callback({ code: "c", state: flow.state });
      await settle();
      assert.deepEqual(flow.result, signedIn);
    }
  });

  it("says nothing of a browser that fails when all is over", async () => {
    let fail = () => {};
    flow.abort.abort();
    await settle();
    flow = new BrowserSignIn({
      openBrowser: () =>
        new Promise((resolve) => (fail = () => resolve(false))),
    });
    await settle();
    flow.abort.abort();
    await settle();
    fail();
    await settle();
    assert.deepEqual(flow.failedUrls, []);
  });

  it("ends with what kept the receiver from opening", async () => {
    flow.abort.abort();
    await settle();
    const error = new AppError("listener-failed", "EACCES");
    flow = new BrowserSignIn({ openReceiver: () => Promise.reject(error) });
    await settle();
    assert.equal(flow.failure, "listener-failed");
    assert.deepEqual(flow.urls, []);
  });

  describe("that the user cancels", () => {
    it("ends at once while it waits", async () => {
      await settle();
      flow.abort.abort();
      await settle();
      assert.equal(flow.failure, "cancelled");
    });

    it("ends before it has begun", async () => {
      flow.abort.abort();
      await settle();
      const aborted = new BrowserSignIn();
      aborted.abort.abort();
      await aborted.clock.advance(0);
      assert.equal(aborted.failure, "cancelled");
      assert.equal(aborted.receivers, 0);
    });

    it("ends while the receiver opens, and closes it when it has", async () => {
      flow.abort.abort();
      await settle();
      let give = (_: CallbackReceiver) => {};
      let closed = 0;
      flow = new BrowserSignIn({
        openReceiver: () => new Promise((resolve) => (give = resolve)),
      });
      await settle();
      flow.abort.abort();
      await settle();
      assert.equal(flow.failure, "cancelled");
      give({ redirectUri: "x", dispose: () => (closed += 1) });
      await settle();
      assert.deepEqual([closed, flow.urls.length], [1, 0]);
    });

    it("ends while the code is exchanged, and between two tries", async () => {
      for (const waitMs of [0, 100]) {
        flow.abort.abort();
        await settle();
        flow = new BrowserSignIn({
          exchange: () => ({ kind: "retryable", detail: "no route" }),
        });
        await settle();
        flow.callback({ code: "c", state: flow.state });
        await flow.clock.advance(waitMs);
        flow.abort.abort();
        await settle();
        assert.equal(flow.failure, "cancelled");
        assert.equal(flow.exchanges.length, 1);
      }
    });
  });

  describe("whose code is exchanged with trouble", () => {
    async function run(exchange: (attempt: number) => ExchangeOutcome) {
      flow.abort.abort();
      await settle();
      flow = new BrowserSignIn({ exchange });
      await settle();
      flow.callback({ code: "c", state: flow.state });
      await flow.clock.advance(60_000);
    }
    const lost = { kind: "retryable", detail: "no route" } as const;

    it("tries again when an answer is lost", async () => {
      await run((attempt) =>
        attempt < 4 ? lost : { kind: "signedIn", signedIn },
      );
      assert.deepEqual(flow.result, signedIn);
      assert.equal(flow.exchanges.length, 4);
    });

    it("says after four tries that the server cannot be reached", async () => {
      await run(() => lost);
      assert.equal(flow.failure, "server-unreachable");
      assert.equal(flow.exchanges.length, 4);
    });

    it("ends when the server refuses", async () => {
      await run(() => ({ kind: "expired" }));
      assert.equal(flow.failure, "code-expired");
      await run(() => ({ kind: "refused", detail: "invalid_request" }));
      assert.equal(flow.failure, "server-refused");
      assert.equal(flow.exchanges.length, 1);
    });
  });

  it("takes its answer through a URI of the editor in the same way", async () => {
    flow.abort.abort();
    await settle();
    const uris = new UriCallbacks();
    const redirectUri = "vscode://failproof.failproof/callback?windowId=3";
    assert.equal(uris.accept("code=c&state=s"), "refused");
    flow = new BrowserSignIn({
      openReceiver: (accept) => Promise.resolve(uris.open(redirectUri, accept)),
    });
    await settle();
    assert.equal(flow.redirectUri, redirectUri);
    assert.equal(uris.accept("code=c&state=wrong"), "refused");
    assert.equal(uris.accept(`code=c&state=${flow.state}`), "accepted");
    await settle();
    assert.deepEqual(flow.result, signedIn);
    assert.equal(uris.accept(`code=c&state=${flow.state}`), "refused");
  });
});

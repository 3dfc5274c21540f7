import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { AuthApi } from "../../../src/auth/authApi";
import { AppError } from "../../../src/base/errors";
import { AnswerServer, html, json, redirect } from "../../fakes/answerServer";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";

const signal = new AbortController().signal;
const code = {
  device_code: "device-1",
  user_code: "ABCD-EFGH",
  verification_uri: "https://example.org/device",
  verification_uri_complete: "https://example.org/device?user_code=ABCD-EFGH",
  expires_in: 600,
  interval: 7,
};
const tokens = { access_token: "a", refresh_token: "r", expires_in: 3600 };
const user = { id: "u1", email: "ada@example.org" };
const taken = { accessToken: "a", refreshToken: "r", expiresInMs: 3_600_000 };

describe("The sign-in calls, with a server of any mood", function () {
  this.timeout(20_000);
  let server: AnswerServer;
  let clock: FakeClock;
  let api: AuthApi;
  beforeEach(async () => {
    server = new AnswerServer();
    await server.start();
    clock = new FakeClock();
    api = new AuthApi({ fetch, clock }, server.url);
  });
  afterEach(async () => {
    // Whatever came of a call, its time limit is not left behind.
    assert.equal(clock.pending, 0);
    await server.stop();
  });

  const poll = () => api.pollDeviceToken("device-1", signal);
  const failsWith = (wanted: string) => (error: unknown) =>
    error instanceof AppError && error.code === wanted;

  describe("getting a code", () => {
    const get = () => api.requestDeviceCode(signal);

    it("asks in JSON, and gives what the server said in milliseconds", async () => {
      server.answer = json(200, code);
      assert.deepEqual(await get(), {
        deviceCode: "device-1",
        userCode: "ABCD-EFGH",
        verificationUri: code.verification_uri,
        verificationUriComplete: code.verification_uri_complete,
        expiresInMs: 600_000,
        intervalMs: 7_000,
      });
      const [{ method, path, headers, body } = assert.fail()] = server.received;
      assert.deepEqual(
        [method, path, body],
        ["POST", "/api/v1/auth/device-code", "{}"],
      );
      assert.equal(headers["content-type"], "application/json");
    });

    it("refuses a page that is none, since it would be opened", async () => {
      for (const page of ["file:///etc/passwd", "command:x", "vscode://a/b"]) {
        for (const field of ["verification_uri", "verification_uri_complete"]) {
          server.answer = json(200, { ...code, [field]: page });
          await assert.rejects(get, failsWith("server-refused"), page);
        }
      }
    });

    it("takes an older server's verification_url, and polls every 5 s unless told", async () => {
      const { device_code, user_code, expires_in } = code;
      const verification_url = "https://old.example.org/connect";
      server.answer = json(200, {
        ...{ device_code, user_code, expires_in, verification_url },
      });
      const got = await get();
      assert.equal(got.verificationUri, verification_url);
      assert.equal(got.verificationUriComplete, verification_url);
      assert.equal(got.intervalMs, 5_000);
    });

    it("tells a page from an answer that is no code, and both from no answer", async () => {
      server.answer = html(200);
      await assert.rejects(get(), failsWith("not-json"));
      const { verification_uri, verification_uri_complete, ...pageless } = code;
      assert.ok(verification_uri && verification_uri_complete);
      const refused = [
        json(500, { error: "broken" }),
        json(403, code),
        json(200, pageless),
        json(200, { ...code, expires_in: "soon" }),
        json(200, { ...code, expires_in: -1 }),
        json(200, { ...code, interval: 31_536_000 }),
      ];
      for (const answer of refused) {
        server.answer = answer;
        await assert.rejects(get(), failsWith("server-refused"));
      }
      server.answer = (response) => response.destroy();
      await assert.rejects(get(), failsWith("server-unreachable"));
    });

    it("says why nobody could be reached", async () => {
      await server.stop();
      await assert.rejects(get(), (error) => {
        assert.ok(failsWith("server-unreachable")(error));
        return /fetch failed: .*ECONNREFUSED/.test(String(error));
      });
    });
  });

  describe("polling", () => {
    it("sends the device code, and gives the tokens and who they are for", async () => {
      server.answer = json(200, { ...tokens, user: { ...user, name: null } });
      assert.deepEqual(await poll(), {
        kind: "signedIn",
        signedIn: { kind: "tokens", tokens: taken, user },
      });
      assert.deepEqual(JSON.parse(server.received[0]?.body ?? ""), {
        device_code: "device-1",
      });
    });

    it("takes a user's id that is a number", async () => {
      server.answer = json(200, { ...tokens, user: { ...user, id: 7 } });
      const outcome = await poll();
      assert.ok(outcome.kind === "signedIn");
      assert.equal(outcome.signedIn.user?.id, "7");
    });

    const words: [string, string][] = [
      ["authorization_pending", "pending"],
      ["slow_down", "slowDown"],
      ["access_denied", "denied"],
      ["expired_token", "expired"],
      ["invalid_grant", "expired"],
    ];
    for (const [word, kind] of words) {
      it(`understands ${word} from a base server and from an extended one`, async () => {
        server.answer = json(200, { status: word });
        assert.deepEqual(await poll(), { kind });
        server.answer = json(400, { error: word });
        assert.deepEqual(await poll(), { kind });
      });
    }

    it("goes on at a status of the server's own, but not at an error of its own", async () => {
      server.answer = json(200, { status: "waiting_for_coffee" });
      assert.deepEqual(await poll(), { kind: "pending" });
      const final = [400, 401, 403, 404, 422].map((status) =>
        json(status, { error: "invalid_client" }),
      );
      for (const answer of [...final, json(200, { error: "no_coffee" })]) {
        server.answer = answer;
        assert.equal((await poll()).kind, "refused");
      }
    });

    it("goes on after a page, a server's failure or none at all", async () => {
      const answers = [
        html(200),
        html(502),
        json(500, { error: "access_denied" }),
        json(503, {}),
        json(408, { error: "timeout" }),
        json(429, { error: "too_many_requests" }),
        json(400, {}),
        json(400, { status: "waiting_for_coffee" }),
        json(200, {}),
        json(200, ["pending"]),
        redirect(302, "/login"),
        (response: { destroy(): void }) => response.destroy(),
      ];
      for (const answer of answers) {
        server.answer = answer;
        assert.equal((await poll()).kind, "retryable");
      }
    });

    it("is not signed in by half a set of tokens", async () => {
      server.answer = json(200, { ...tokens, refresh_token: null, user });
      assert.notEqual((await poll()).kind, "signedIn");
    });
  });

  describe("exchanging what the browser brought", () => {
    const exchange = () =>
      api.exchangeCode(
        {
          code: "c",
          state: "s",
          redirectUri: "http://127.0.0.1:1/callback",
          codeVerifier: "v",
        },
        signal,
      );

    it("sends the code with what proves whose it is, and gives the tokens", async () => {
      server.answer = json(200, { ...tokens, user });
      const signedIn = { kind: "tokens", tokens: taken, user };
      assert.deepEqual(await exchange(), { kind: "signedIn", signedIn });
      const [{ method, path, body } = assert.fail()] = server.received;
      assert.deepEqual([method, path], ["POST", "/api/v1/auth/code-token"]);
      assert.deepEqual(JSON.parse(body), {
        code: "c",
        state: "s",
        redirect_uri: "http://127.0.0.1:1/callback",
        code_verifier: "v",
      });
    });

    it("gives a key instead, with whose it is where the server says so", async () => {
      const key = { kind: "apiKey", apiKey: "key-1" };
      for (const [body, signedIn] of [
        [{ api_key: "key-1" }, key],
        [{ api_key: "key-1", user: null }, key],
        [
          { api_key: "key-1", user },
          { ...key, user },
        ],
      ]) {
        server.answer = json(200, body);
        assert.deepEqual(await exchange(), { kind: "signedIn", signedIn });
      }
    });

    it("tells a code that has expired from a refusal, and both from a fault", async () => {
      for (const [answer, kind] of [
        [json(400, { error: "invalid_grant" }), "expired"],
        [json(400, { error: "expired_token" }), "expired"],
        [json(400, { error: "invalid_request" }), "refused"],
        [json(404, { error: "not_found" }), "refused"],
        [json(200, { api_key: "" }), "retryable"],
        [json(200, {}), "retryable"],
        [html(200), "retryable"],
        [html(404), "retryable"],
        [json(502, { error: "invalid_grant" }), "retryable"],
      ] as const) {
        server.answer = answer;
        assert.equal((await exchange()).kind, kind);
      }
    });
  });

  it("takes no token that could not be sent, since the error would quote it", async () => {
    for (const secret of ["", "a b", "a\nb", "ä", "x".repeat(8_193)]) {
      for (const field of ["access_token", "refresh_token"]) {
        server.answer = json(200, { ...tokens, [field]: secret });
        assert.equal((await api.refresh("r0")).kind, "retryable");
      }
    }
  });

  it("reads 1 MiB of an answer and not a byte more", async () => {
    const long = (bytes: number) => (response: ServerResponse) => {
      const text = JSON.stringify(tokens);
      response.writeHead(200).write(text);
      response.end(" ".repeat(bytes - text.length));
    };
    server.answer = long(1024 * 1024);
    assert.equal((await api.refresh("r0")).kind, "refreshed");
    server.answer = long(1024 * 1024 + 1);
    assert.equal((await api.refresh("r0")).kind, "retryable");
    server.answer = (response) => {
      const pour = () => {
        while (response.write(" ".repeat(65_536)));
        response.once("drain", pour);
      };
      response.writeHead(200);
      pour();
    };
    assert.equal((await api.refresh("r0")).kind, "retryable");
  });

  describe("refreshing", () => {
    const refresh = () => api.refresh("r0");

    it("gives the new tokens", async () => {
      server.answer = json(200, tokens);
      assert.deepEqual(await refresh(), { kind: "refreshed", tokens: taken });
      assert.equal(server.received[0]?.body, '{"refresh_token":"r0"}');
    });

    it("is over only when the server says invalid_grant", async () => {
      for (const status of [400, 401]) {
        server.answer = json(status, { error: "invalid_grant" });
        assert.deepEqual(await refresh(), { kind: "invalid" });
      }
      const others = [
        json(400, { error: "invalid_request" }),
        json(401, {}),
        json(403, { error: "invalid_grant" }),
        json(500, { error: "invalid_grant" }),
        json(200, { error: "invalid_grant" }),
        json(200, { access_token: "a" }),
        html(200),
        html(401),
        redirect(307, "/elsewhere"),
      ];
      for (const answer of others) {
        server.answer = answer;
        assert.equal((await refresh()).kind, "retryable");
      }
    });
  });

  it("never follows a redirect: the token would travel with it", async () => {
    for (const status of [301, 302, 307, 308]) {
      server.answer = redirect(status, "/caught");
      await api.refresh("r0");
      await api.me("a");
      await api.logout("r0");
    }
    assert.equal(server.received.length, 12);
    assert.ok(!server.received.some(({ path }) => path === "/caught"));
  });

  it("asks who somebody is, where the server can tell", async () => {
    server.answer = json(200, { user });
    assert.deepEqual(await api.me("a"), { kind: "user", user });
    const [{ method, headers } = assert.fail()] = server.received;
    assert.deepEqual([method, headers["authorization"]], ["GET", "Bearer a"]);
    const others = [
      [json(404, { error: "not_found" }), "unsupported"],
      [html(404), "unsupported"],
      [json(401, {}), "unauthorized"],
      [html(401), "retryable"],
      [json(500, {}), "retryable"],
      [json(200, {}), "retryable"],
    ] as const;
    for (const [answer, kind] of others) {
      server.answer = answer;
      assert.equal((await api.me("a")).kind, kind);
    }
  });

  describe("with a server that says nothing", () => {
    const asked = () =>
      eventually(() => server.received.length > 0, "the server is asked");
    const hang = () => {
      // No answer, ever.
    };

    it("gives up after 10 s", async () => {
      server.answer = hang;
      const outcome = api.refresh("r0");
      await asked();
      await clock.advance(9_999);
      assert.equal(clock.pending, 1);
      await clock.advance(1);
      assert.equal((await outcome).kind, "retryable");
    });

    it("gives up when it stops in the middle, too", async () => {
      server.answer = (response) => response.writeHead(200).write('{"access');
      const outcome = poll();
      await asked();
      await clock.advance(10_000);
      assert.equal((await outcome).kind, "retryable");
    });

    it("does not keep anyone waiting who signs out: 3 s", async () => {
      server.answer = hang;
      const done = api.logout("r0");
      await asked();
      await clock.advance(3_000);
      await done;
    });

    it("stops at once when it is cancelled, before the call or during it", async () => {
      server.answer = hang;
      const abort = new AbortController();
      const outcome = api.pollDeviceToken("device-1", abort.signal);
      await asked();
      abort.abort();
      assert.equal((await outcome).kind, "retryable");
      await assert.rejects(
        api.requestDeviceCode(abort.signal),
        failsWith("server-unreachable"),
      );
      assert.equal(server.received.length, 1);
    });
  });
});

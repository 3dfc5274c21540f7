import assert from "node:assert/strict";
import { AuthApi, type DeviceCode } from "../../../src/auth/authApi";
import { runDeviceFlow } from "../../../src/auth/deviceFlow";
import { nullLogger } from "../../../src/base/log";
import { eventually } from "../../fakes/eventually";
import { TestServer } from "../cloud/testServer";

describe("The sign-in calls, with the embedded server", function () {
  this.timeout(20_000);
  let server: TestServer;
  let api: AuthApi;
  const signal = new AbortController().signal;
  beforeEach(async () => {
    server = await TestServer.start();
    api = new AuthApi({ fetch, clock: server.clock }, server.url);
  });
  afterEach(() => server.end());

  async function signIn() {
    const code = await api.requestDeviceCode(signal);
    await server.approve(code.userCode, "ada@example.org");
    const outcome = await api.pollDeviceToken(code.deviceCode, signal);
    assert.ok(outcome.kind === "signedIn");
    assert.ok(outcome.signedIn.kind === "tokens");
    return outcome.signedIn;
  }

  it("sign in once somebody has approved the code", async () => {
    const codes: DeviceCode[] = [];
    const { clock } = server;
    const signedIn = runDeviceFlow(
      { api, clock, random: () => 0, log: nullLogger },
      signal,
      (shown) => codes.push(shown),
    );
    const code = await eventually(() => codes[0], "the code is shown");
    assert.ok(code.verificationUriComplete.endsWith(code.userCode));
    const early = await api.pollDeviceToken(code.deviceCode, signal);
    assert.deepEqual(early, { kind: "pending" });

    await server.approve(code.userCode, "ada@example.org");
    await clock.advance(code.intervalMs);
    const outcome = await signedIn;
    assert.ok(outcome.kind === "tokens");
    const { tokens, user } = outcome;
    assert.equal(user.email, "ada@example.org");
    const me = await api.me(tokens.accessToken);
    assert.deepEqual(me, { kind: "user", user });
  });

  it("slow down when the server says so", async () => {
    const code = await api.requestDeviceCode(signal);
    await api.pollDeviceToken(code.deviceCode, signal);
    const early = await api.pollDeviceToken(code.deviceCode, signal);
    assert.deepEqual(early, { kind: "slowDown" });
  });

  it("tell a denied code from one that has expired", async () => {
    const denied = await api.requestDeviceCode(signal);
    const fields = await server.form(denied.userCode);
    await server.submit({ ...fields, answer: "deny" });
    assert.deepEqual(await api.pollDeviceToken(denied.deviceCode, signal), {
      kind: "denied",
    });
    const late = await api.requestDeviceCode(signal);
    await server.clock.advance(late.expiresInMs);
    assert.deepEqual(await api.pollDeviceToken(late.deviceCode, signal), {
      kind: "expired",
    });
  });

  it("refresh, and are told when the session is over", async () => {
    const { tokens } = await signIn();
    const outcome = await api.refresh(tokens.refreshToken);
    assert.ok(outcome.kind === "refreshed");
    assert.notEqual(outcome.tokens.refreshToken, tokens.refreshToken);
    assert.equal((await api.me(outcome.tokens.accessToken)).kind, "user");

    await api.logout(outcome.tokens.refreshToken);
    const after = await api.refresh(outcome.tokens.refreshToken);
    assert.deepEqual(after, { kind: "invalid" });
    const me = await api.me(outcome.tokens.accessToken);
    assert.deepEqual(me, { kind: "unauthorized" });
  });

  it("log out with a token that nobody knows", async () => {
    await api.logout("nonsense");
    assert.deepEqual(await api.refresh("nonsense"), { kind: "invalid" });
  });

  it("are told apart from a server that has gone", async () => {
    await server.halt();
    assert.equal((await api.refresh("r")).kind, "retryable");
    assert.equal((await api.me("a")).kind, "retryable");
  });
});

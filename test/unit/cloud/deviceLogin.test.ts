import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TestServer, tokensIn } from "./testServer";

describe("the device login", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start({ faultsEnabled: true });
  });
  afterEach(() => server.end());

  it("hands out a code with the page that confirms it", async () => {
    const code = await server.deviceCode();
    assert.match(
      code.user_code,
      /^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/,
    );
    assert.match(code.device_code, /^[\w-]{43}$/);
    assert.equal(code.verification_uri, `${server.url}/device`);
    assert.equal(
      code.verification_uri_complete,
      `${server.url}/device?user_code=${code.user_code}`,
    );
    assert.deepEqual([code.expires_in, code.interval], [600, 5]);
  });

  it("names the page by the host that the client used", async () => {
    const response = await fetch(
      `http://localhost:${server.port}/api/v1/auth/device-code`,
      {
        method: "POST",
        headers: { "content-type": "application/json; charset=utf-8" },
        body: "{}",
      },
    );
    assert.match(
      await response.text(),
      new RegExp(`"verification_uri":"http://localhost:${server.port}/device"`),
    );
  });

  it("is pending until someone approves, then gives tokens that work", async () => {
    const code = await server.deviceCode();
    const pending = await server.poll(code.device_code);
    assert.equal(pending.status, 400);
    assert.deepEqual(pending.body, { error: "authorization_pending" });

    await server.approve(code.user_code, "Ada@Example.org");
    const done = await server.poll(code.device_code);
    assert.equal(done.status, 200);
    const tokens = tokensIn(done);
    assert.equal(tokens.expiresIn, 3600);
    const me = await server.fetch("/api/v1/auth/me", {
      headers: { authorization: `Bearer ${tokens.access}` },
    });
    assert.deepEqual(await me.json(), { user: done.body["user"] });
    assert.match(JSON.stringify(done.body["user"]), /"ada@example.org"/);
  });

  it("tells the client that it was denied", async () => {
    const code = await server.deviceCode();
    const fields = await server.form(code.user_code);
    await server.submit({ ...fields, answer: "deny" });
    const answer = await server.poll(code.device_code);
    assert.deepEqual(answer.body, { error: "access_denied" });
  });

  it("lets a code expire, and takes an unknown one for expired", async () => {
    const code = await server.deviceCode();
    await server.clock.advance(600_000);
    const late = await server.poll(code.device_code);
    assert.deepEqual(
      [late.status, late.body],
      [400, { error: "expired_token" }],
    );
    const unknown = await server.poll("never-issued");
    assert.deepEqual(unknown.body, { error: "expired_token" });
  });

  it("asks a client that polls too fast to slow down, by 5 s more each time", async () => {
    const code = await server.deviceCode();
    const poll = async () =>
      (await server.poll(code.device_code)).body["error"];
    assert.equal(await poll(), "authorization_pending");
    await server.clock.advance(1000);
    assert.equal(await poll(), "slow_down");
    await server.clock.advance(5000);
    assert.equal(await poll(), "slow_down", "the interval is 10 s now");
    await server.clock.advance(15_000);
    assert.equal(await poll(), "authorization_pending");
  });

  it("forgives a poll that comes a little early", async () => {
    const code = await server.deviceCode();
    await server.poll(code.device_code);
    await server.clock.advance(4600);
    const answer = await server.poll(code.device_code);
    assert.deepEqual(answer.body, { error: "authorization_pending" });
  });

  it("gives the same sign-in again when the answer got lost", async () => {
    const code = await server.deviceCode();
    await server.approve(code.user_code);
    await server.post("/__faults", {
      faults: [{ path: "/api/v1/auth/device-token", kind: "drop" }],
    });
    await assert.rejects(server.poll(code.device_code));
    const first = tokensIn(await server.poll(code.device_code));
    const second = tokensIn(await server.poll(code.device_code));
    assert.equal(first.refresh, second.refresh);
    assert.equal(await server.me(second.access), 200);
  });

  it("gives nothing for a redeemed code after a minute, after a refresh or after signing out", async () => {
    const redeemed = async () => {
      const code = await server.deviceCode();
      await server.approve(code.user_code);
      const tokens = tokensIn(await server.poll(code.device_code));
      return { code: code.device_code, tokens };
    };
    const old = await redeemed();
    await server.clock.advance(61_000);
    assert.equal((await server.poll(old.code)).status, 400);

    const refreshed = await redeemed();
    await server.refresh(refreshed.tokens.refresh);
    assert.equal((await server.poll(refreshed.code)).status, 400);

    const signedOut = await redeemed();
    await server.post("/api/v1/auth/logout", {
      refresh_token: signedOut.tokens.refresh,
    });
    assert.equal((await server.poll(signedOut.code)).status, 400);
  });

  it("still redeems a code that was approved in its last second", async () => {
    const code = await server.deviceCode();
    await server.clock.advance(599_000);
    await server.approve(code.user_code);
    await server.clock.advance(4000);
    assert.equal((await server.poll(code.device_code)).status, 200);
  });

  it("writes neither tokens nor codes to the disk in the clear", async () => {
    const code = await server.deviceCode();
    await server.approve(code.user_code);
    const first = tokensIn(await server.poll(code.device_code));
    const second = tokensIn(await server.refresh(first.refresh));
    const secrets = [
      ...[code.user_code, code.device_code, first.access, first.refresh],
      ...[second.access, second.refresh],
    ];
    for (const name of await readdir(server.folder)) {
      const bytes = await readFile(join(server.folder, name));
      for (const secret of secrets) {
        assert.equal(bytes.includes(secret), false, `${name} holds a secret`);
      }
    }
  });
});

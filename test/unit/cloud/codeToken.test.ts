import assert from "node:assert/strict";
import { BrowserVisit } from "./browserVisit";
import { sampleEvent, TestServer, tokensIn } from "./testServer";

describe("the code that the browser brings back", () => {
  let server: TestServer;
  let visit: BrowserVisit;
  beforeEach(async () => {
    server = await TestServer.start({ faultsEnabled: true });
    visit = new BrowserVisit(server);
  });
  afterEach(() => server.end());

  const assertRefused = async (code: string, changes = {}) => {
    const { status, body } = await visit.exchange(code, changes);
    assert.deepEqual([status, body["error"]], [400, "invalid_grant"]);
  };

  it("gives tokens and the user, as a device code does", async () => {
    const answer = await visit.exchange(await visit.code("Ada@Example.org"));
    assert.equal(answer.status, 200);
    assert.match(JSON.stringify(answer.body["user"]), /"ada@example.org"/);
    const tokens = tokensIn(answer);
    assert.equal(tokens.expiresIn, 3600);
    assert.equal(await server.me(tokens.access), 200);
    assert.equal((await server.refresh(tokens.refresh)).status, 200);
  });

  it("is good for a minute", async () => {
    const timely = await visit.code();
    await server.clock.advance(59_999);
    assert.equal((await visit.exchange(timely)).status, 200);
    const late = await visit.code();
    await server.clock.advance(60_000);
    await assertRefused(late);
  });

  it("is bound to the address, the state and the verifier of its request", async () => {
    const other = new BrowserVisit(server);
    for (const changes of [
      { redirect_uri: "http://127.0.0.1:40124/callback" },
      { redirect_uri: `${visit.redirectUri}?` },
      { state: other.state },
      { code_verifier: other.verifier },
      // RFC 7636 section 4.6: a challenge is of no use as a verifier.
      { code_verifier: visit.challenge },
    ]) {
      await assertRefused(await visit.code(), changes);
    }
  });

  it("is spent by a wrong try: whoever stole it has one", async () => {
    const code = await visit.code();
    await assertRefused(code, { state: "stolen" });
    await assertRefused(code);
  });

  it("ends the sign-in that it gave when it is presented again", async () => {
    const code = await visit.code();
    const tokens = tokensIn(await visit.exchange(code));
    const renewed = tokensIn(await server.refresh(tokens.refresh));
    const other = await server.signIn();
    await server.clock.advance(3_000_000);
    await assertRefused(code);
    assert.equal(await server.me(tokens.access), 401);
    assert.equal(await server.me(renewed.access), 401);
    assert.equal((await server.refresh(renewed.refresh)).status, 400);
    assert.equal(await server.me(other.access), 200, "another goes on");
  });

  it("gives tokens once when it comes twice at the same time, and they do not last", async () => {
    const code = await visit.code();
    const answers = await Promise.all([1, 2].map(() => visit.exchange(code)));
    const good = answers.filter((answer) => answer.status === 200);
    assert.equal(good.length, 1);
    assert.equal(await server.me(tokensIn(good[0]!).access), 401);
  });

  it("outlives a restart of the server, and so does the memory of its use", async () => {
    const [unused, used] = [await visit.code(), await visit.code()];
    const { access } = tokensIn(await visit.exchange(used));
    await server.halt();
    await server.launch();
    assert.equal((await visit.exchange(unused)).status, 200);
    await assertRefused(used);
    assert.equal(await server.me(access), 401);
  });

  it("is refused in words when it is unknown, and when the call is none", async () => {
    await assertRefused("x".repeat(43));
    for (const changes of [
      { code: "" },
      { state: undefined },
      { redirect_uri: 7 },
      { code_verifier: "short" },
      { code_verifier: "+".repeat(43) },
    ]) {
      const { status, body } = await visit.exchange("x".repeat(43), changes);
      assert.deepEqual([status, body["error"]], [400, "invalid_request"]);
    }
  });

  it("is spent when the answer was lost, and another signs in", async () => {
    const faults = [{ path: "/api/v1/auth/code-token", kind: "drop" }];
    await server.post("/__faults", { faults });
    const code = await visit.code();
    await assert.rejects(visit.exchange(code));
    await assertRefused(code);
    const again = await visit.exchange(await visit.code());
    assert.equal(again.status, 200);
  });
});

describe("an API key", () => {
  let server: TestServer;
  let visit: BrowserVisit;
  let key: string;
  let code: string;
  beforeEach(async () => {
    server = await TestServer.start({ codeGives: "api-key" });
    visit = new BrowserVisit(server);
    code = await visit.code("ada@localhost");
    const answer = await visit.exchange(code);
    assert.deepEqual(Object.keys(answer.body).sort(), ["api_key", "user"]);
    key = String(answer.body["api_key"]);
  });
  afterEach(() => server.end());

  it("is known by its beginning, and says who its user is", async () => {
    assert.match(key, /^fpk_[\w-]{43}$/);
    const response = await server.fetch("/api/v1/auth/me", {
      headers: { authorization: `Bearer ${key}` },
    });
    assert.match(await response.text(), /"email":"ada@localhost"/);
  });

  it("delivers events, for years, over restarts", async () => {
    await server.clock.advance(10 * 365 * 24 * 3_600_000);
    await server.signIn();
    await server.halt();
    await server.launch();
    const answer = await server.send(key, [sampleEvent()]);
    assert.equal(answer.body["accepted"], 1);
  });

  it("is no refresh token", async () => {
    assert.equal((await server.refresh(key)).status, 400);
    await server.post("/api/v1/auth/logout", { refresh_token: key });
    assert.equal(await server.me(key), 200);
  });

  it("ends when it is signed out, and unknown ones are no error", async () => {
    const logout = (api_key: string) =>
      server.post("/api/v1/auth/logout", { api_key });
    assert.equal((await logout("fpk_unknown")).status, 200);
    assert.equal(await server.me(key), 200);
    assert.equal((await logout(key)).status, 200);
    assert.equal(await server.me(key), 401);
    assert.equal((await logout(key)).status, 200);
  });

  it("ends when its code is presented again", async () => {
    assert.equal((await visit.exchange(code)).status, 400);
    assert.equal(await server.me(key), 401);
  });

  it("is given by the browser's sign-in only", async () => {
    const { refresh } = await server.signIn();
    assert.equal((await server.refresh(refresh)).status, 200);
  });
});

import assert from "node:assert/strict";
import { TestServer, tokensIn } from "./testServer";

describe("tokens of the embedded server", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(() => server.end());

  const assertInvalid = async (refreshToken: string) => {
    const answer = await server.refresh(refreshToken);
    assert.deepEqual(
      [answer.status, answer.body["error"]],
      [400, "invalid_grant"],
    );
  };

  it("end after an hour, and refreshing gives new ones", async () => {
    const first = await server.signIn();
    await server.clock.advance(3_600_000);
    assert.equal(await server.me(first.access), 401);
    const second = tokensIn(await server.refresh(first.refresh));
    assert.notEqual(second.refresh, first.refresh);
    assert.equal(await server.me(second.access), 200);
  });

  it("leave the old access token alone when refreshed: another window may be using it", async () => {
    const first = await server.signIn();
    await server.refresh(first.refresh);
    assert.equal(await server.me(first.access), 200);
  });

  it("give the same successor to the previous refresh token for a minute", async () => {
    const first = await server.signIn();
    const second = tokensIn(await server.refresh(first.refresh));
    await server.clock.advance(60_000);
    const again = tokensIn(await server.refresh(first.refresh));
    assert.equal(again.refresh, second.refresh);
    assert.equal(await server.me(again.access), 200);
    await server.clock.advance(1000);
    await assertInvalid(first.refresh);
    assert.equal((await server.refresh(second.refresh)).status, 200);
  });

  it("give the same successor even when the server was restarted in between", async () => {
    const first = await server.signIn();
    const second = tokensIn(await server.refresh(first.refresh));
    await server.halt();
    await server.launch();
    const again = tokensIn(await server.refresh(first.refresh));
    assert.equal(again.refresh, second.refresh);
  });

  it("refuse a refresh token older than the previous one", async () => {
    const first = await server.signIn();
    const second = tokensIn(await server.refresh(first.refresh));
    await server.refresh(second.refresh);
    await assertInvalid(first.refresh);
  });

  it("refuse what was never issued", async () => {
    await assertInvalid("x".repeat(43));
    assert.equal(await server.me("x".repeat(43)), 401);
    assert.equal(await server.me(""), 401);
  });

  it("are of no use in each other's place", async () => {
    const tokens = await server.signIn();
    assert.equal(await server.me(tokens.refresh), 401);
    await assertInvalid(tokens.access);
  });

  it("end with the sign-in, all of them, whichever refresh token ends it", async () => {
    const first = await server.signIn();
    const second = tokensIn(await server.refresh(first.refresh));
    const other = await server.signIn();
    const answer = await server.post("/api/v1/auth/logout", {
      refresh_token: first.refresh,
    });
    assert.equal(answer.status, 200);
    assert.equal(await server.me(first.access), 401);
    assert.equal(await server.me(second.access), 401);
    await assertInvalid(second.refresh);
    assert.equal(await server.me(other.access), 200, "another sign-in goes on");
  });

  it("may be signed out twice, and unknown ones too", async () => {
    const body = { refresh_token: "unknown" };
    assert.equal((await server.post("/api/v1/auth/logout", body)).status, 200);
    assert.equal((await server.post("/api/v1/auth/logout", body)).status, 200);
  });

  it("belong to the user of that address, in any case, on every sign-in", async () => {
    const idOf = async (email: string) => {
      const { access } = await server.signIn(email);
      const response = await server.fetch("/api/v1/auth/me", {
        headers: { authorization: `Bearer ${access}` },
      });
      return response.text();
    };
    assert.equal(await idOf("ada@localhost"), await idOf("ADA@localhost"));
    assert.notEqual(await idOf("ada@localhost"), await idOf("bob@localhost"));
  });

  it("cannot be refreshed after three months without use", async () => {
    const tokens = await server.signIn();
    await server.clock.advance(91 * 24 * 3_600_000);
    await assertInvalid(tokens.refresh);
  });
});

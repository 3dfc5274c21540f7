import assert from "node:assert/strict";
import type { SignedIn } from "../../../src/auth/authApi";
import { AppError } from "../../../src/base/errors";
import {
  AccountWindow,
  FakeMachine,
  hourMs,
  serverUrl,
} from "../../fakes/accountWindow";
import { FakeClock } from "../../fakes/fakeClock";

const other = "https://other.example";
const dayMs = 24 * hourMs;

describe("The account's credential", () => {
  let clock: FakeClock;
  let machine: FakeMachine;
  let windows: AccountWindow[];
  beforeEach(() => {
    clock = new FakeClock();
    machine = new FakeMachine(clock);
    windows = [];
  });
  afterEach(async () => {
    windows.forEach(({ account }) => account.dispose());
    await clock.advance(0);
    assert.equal(clock.pending, 0);
  });

  async function open(environmentToken?: string): Promise<AccountWindow> {
    const window = new AccountWindow(
      machine,
      environmentToken === undefined ? {} : { environmentToken },
    );
    windows.push(window);
    await window.account.reload();
    return window;
  }
  function facts({ account }: AccountWindow) {
    assert.ok(account.state.kind === "signedIn");
    return account.state;
  }
  const tokens = (accessToken: string): SignedIn => ({
    kind: "tokens",
    tokens: { accessToken, refreshToken: "refresh-x", expiresInMs: hourMs },
    user: { id: "u1", email: "ada@example.org" },
  });

  it("is shown by its first four and last four characters, and by none when it is short", async () => {
    const window = await open();
    for (const [secret, masked] of [
      ["abcd5678wxyz", "abcd…wxyz"],
      ["abcd567wxyz", "…"],
      ["a", "…"],
    ] as const) {
      await window.account.signIn(serverUrl, tokens(secret));
      assert.equal(facts(window).credential.masked, masked);
      await window.account.signIn(serverUrl, {
        kind: "apiKey",
        apiKey: secret,
      });
      assert.equal(facts(window).credential.masked, masked);
    }
  });

  it("is in no state whole, of whatever kind", async () => {
    const secret = "access-0123456789";
    const refreshToken = "refresh-x";
    for (const environmentToken of [undefined, secret]) {
      const window = await open(environmentToken);
      await window.account.signIn(serverUrl, tokens(secret));
      await window.account.signIn(serverUrl, {
        kind: "apiKey",
        apiKey: secret,
      });
      const told = JSON.stringify(window.states);
      assert.ok(told.includes("acce…6789"));
      assert.ok(!told.includes(secret) && !told.includes(refreshToken));
    }
  });

  describe("that is a key", () => {
    const key: SignedIn = { kind: "apiKey", apiKey: "key-0123456789" };
    let window: AccountWindow;
    beforeEach(async () => {
      window = await open();
      await window.account.signIn(serverUrl, key);
    });

    it("has no end, and is never refreshed", async () => {
      const { user, credential } = facts(window);
      assert.equal(user, undefined);
      assert.deepEqual(credential, {
        kind: "apiKey",
        masked: "key-…6789",
        expiresAt: null,
        refreshedAt: null,
        signedInAt: clock.now(),
      });
      clock.jump(400 * dayMs);
      await clock.advance(60_000);
      await window.account.refresh();
      const credentialNow = await window.account.accessToken();
      assert.equal(credentialNow?.accessToken, "key-0123456789");
      assert.deepEqual(machine.server.refreshes, []);
    });

    it("is the same after a restart, with whose it is where that is known", async () => {
      const user = { id: "u1", email: "ada@example.org" };
      await window.account.signIn(serverUrl, { ...key, user });
      const next = await open();
      assert.deepEqual([next.email, next.token], [user.email, key.apiKey]);
    });

    it("is signed out of without a word to the server", async () => {
      await window.account.signOut();
      assert.equal(window.account.state.kind, "signedOut");
      assert.equal(machine.holdsTokens, false);
      assert.deepEqual(machine.server.logouts, []);
    });

    it("is not given out once the server has refused it, for five minutes", async () => {
      await window.account.refresh("key-0123456789");
      assert.equal(window.token, undefined);
      assert.equal(await window.account.accessToken(), undefined);
      assert.equal(facts(window).isRefused, true);
      assert.equal(window.states.at(-1)?.kind, "signedIn");
      await clock.advance(300_000);
      assert.equal(facts(window).isRefused, false);
      assert.equal(window.token, "key-0123456789");
    });

    it("is tried again when somebody signs in with the same one", async () => {
      await window.account.refresh("key-0123456789");
      await window.account.signIn(serverUrl, key);
      assert.equal(window.token, "key-0123456789");
    });

    it("is not doubted when another one was refused", async () => {
      await window.account.refresh("key-of-yesterday");
      assert.equal(window.token, "key-0123456789");
    });
  });

  describe("that the environment gives", () => {
    const environmentToken = "env-0123456789";

    it("wins over what is stored, which is said to be shadowed", async () => {
      const plain = await open();
      await plain.account.signIn(serverUrl, machine.server.signIn());
      const window = await open(` ${environmentToken}\n`);
      assert.equal(window.token, environmentToken);
      const { credential, shadowed, isOffline, serverUrl: at } = facts(window);
      assert.deepEqual(credential, {
        kind: "environment",
        masked: "env-…6789",
        expiresAt: null,
        refreshedAt: null,
        signedInAt: null,
      });
      assert.deepEqual([shadowed, isOffline, at], [true, false, serverUrl]);
      assert.equal(plain.token, "access-1");
    });

    it("shadows a new sign-in, which is stored", async () => {
      const window = await open(environmentToken);
      assert.equal(facts(window).shadowed, false);
      await window.account.signIn(serverUrl, machine.server.signIn());
      assert.equal(window.token, environmentToken);
      assert.equal(facts(window).shadowed, true);
      assert.equal((await open()).token, "access-1");
    });

    it("is never stored, refreshed or revoked, and stays in force when somebody signs out", async () => {
      const window = await open(environmentToken);
      await window.account.signIn(serverUrl, machine.server.signIn());
      await window.account.refresh();
      await window.account.refresh(environmentToken);
      await window.account.signOut();
      assert.deepEqual(machine.server.refreshes, []);
      assert.deepEqual(machine.server.logouts, ["refresh-1"]);
      const { shadowed, isRefused } = facts(window);
      assert.deepEqual([shadowed, isRefused], [false, true]);
      assert.ok(![...machine.keyring.values.values()].join().includes("env-"));
    });

    it("is for the chosen server, and for the proposed one while none is chosen", async () => {
      machine.chosenServer.current = "";
      const window = await open(environmentToken);
      const goesTo = () => window.account.accessCredential?.serverUrl;
      assert.equal(goesTo(), "https://api.befailproof.ai");
      machine.chooseServer(other);
      await clock.advance(0);
      assert.equal(goesTo(), other);
      assert.equal(window.states.length, 1);
    });

    it("is sent nowhere when the chosen server is no address for a token", async () => {
      machine.chosenServer.current = "http://example.org";
      const window = await open(environmentToken);
      assert.equal(window.token, undefined);
      const state = { kind: "signedOut", serverUrl: "" };
      assert.deepEqual(window.account.state, state);
      assert.ok(!window.log.join().includes(environmentToken));
    });

    it("counts for none when it is empty, or could not be sent", async () => {
      for (const token of ["", "  ", "a b", "a\u0000b", "tökèn"]) {
        assert.equal((await open(token)).account.state.kind, "signedOut");
      }
    });
  });

  describe("of another server", () => {
    it("is another record: each is there again when its server is chosen", async () => {
      const window = await open();
      await window.account.signIn(serverUrl, machine.server.signIn());
      machine.chooseServer(other);
      await clock.advance(0);
      assert.deepEqual(window.account.state, {
        kind: "signedOut",
        serverUrl: other,
      });
      await window.account.signIn(other, machine.server.signIn("grace@x.org"));
      assert.equal(window.email, "grace@x.org");
      machine.chooseServer(serverUrl);
      await clock.advance(0);
      assert.deepEqual(
        [window.email, window.account.accessCredential?.serverUrl],
        ["ada@example.org", serverUrl],
      );
      await window.account.signOut();
      machine.chooseServer(other);
      await clock.advance(0);
      assert.equal(window.email, "grace@x.org");
      assert.deepEqual(machine.server.logouts, ["refresh-1"]);
    });

    it("does not show between the two what neither is", async () => {
      const window = await open();
      await window.account.signIn(serverUrl, machine.server.signIn());
      machine.chooseServer(other);
      await clock.advance(0);
      await window.account.signIn(other, machine.server.signIn());
      window.states.length = 0;
      machine.chooseServer(serverUrl);
      await clock.advance(0);
      const urls = window.states.map((state) => state.serverUrl);
      assert.ok(!window.states.some(({ kind }) => kind === "signedOut"));
      assert.deepEqual(new Set(urls), new Set([serverUrl]));
    });

    it("is stored though another is chosen, and waits for its turn", async () => {
      const window = await open();
      await window.account.signIn(other, machine.server.signIn());
      assert.equal(window.account.state.kind, "signedOut");
      machine.chooseServer(other);
      await clock.advance(0);
      assert.equal(window.token, "access-1");
    });

    it("is none while none is chosen", async () => {
      const window = await open();
      await window.account.signIn(serverUrl, machine.server.signIn());
      machine.chooseServer("");
      await clock.advance(0);
      assert.deepEqual(window.account.state, {
        kind: "signedOut",
        serverUrl: "",
      });
      await window.account.signOut();
      machine.chooseServer(serverUrl);
      await clock.advance(0);
      assert.equal(window.token, "access-1");
    });

    it("is refused for an address that a token must not be sent to", async () => {
      const window = await open();
      await assert.rejects(
        window.account.signIn("http://example.org", machine.server.signIn()),
        (error) => error instanceof AppError && error.code === "server-url",
      );
      assert.equal(machine.holdsTokens, false);
    });
  });
});

import assert from "node:assert/strict";
import {
  AccountWindow,
  type FakeAuthServer,
  FakeMachine,
  hourMs,
  serverUrl,
} from "../../fakes/accountWindow";
import { FakeClock } from "../../fakes/fakeClock";
import type { FakeKeyring } from "../../fakes/fakeSecrets";

const aheadMs = 300_000;
const lookMs = 1_500;

describe("The account", function () {
  this.timeout(20_000);
  let clock: FakeClock;
  let machine: FakeMachine;
  let keyring: FakeKeyring;
  let server: FakeAuthServer;
  let windows: AccountWindow[];
  let one: AccountWindow;
  beforeEach(() => {
    clock = new FakeClock();
    machine = new FakeMachine(clock);
    ({ keyring, server } = machine);
    windows = [];
    one = open();
  });
  afterEach(async () => {
    windows.forEach(({ account }) => account.dispose());
    await clock.advance(0);
    assert.equal(clock.pending, 0);
  });

  function open(): AccountWindow {
    const window = new AccountWindow(machine);
    windows.push(window);
    return window;
  }
  async function signIn(window = one, email?: string): Promise<void> {
    await window.account.signIn(serverUrl, server.signIn(email));
    await clock.advance(0);
  }

  it("is nobody's at first", async () => {
    await one.account.reload();
    assert.deepEqual(one.account.state, { kind: "signedOut", serverUrl });
    assert.equal(one.account.accessCredential, undefined);
    assert.deepEqual(one.states, []);
  });

  it("is whose who signs in, and gives the access token but never the refresh token", async () => {
    await signIn();
    const now = clock.now();
    assert.deepEqual(one.account.state, {
      kind: "signedIn",
      user: { id: "ada@example.org", email: "ada@example.org" },
      serverUrl,
      credential: {
        kind: "tokens",
        masked: "…",
        expiresAt: now + hourMs,
        refreshedAt: now,
        signedInAt: now,
      },
      isOffline: false,
      isRefused: false,
      shadowed: false,
    });
    assert.deepEqual(one.account.accessCredential, {
      serverUrl,
      accessToken: "access-1",
    });
    assert.deepEqual(one.states, [one.account.state]);
  });

  it("is the same after a restart", async () => {
    await signIn();
    one.account.dispose();
    const next = open();
    await next.account.reload();
    assert.deepEqual([next.email, next.token], ["ada@example.org", "access-1"]);
  });

  describe("staying signed in", () => {
    it("gets a new access token 300 s before the old one ends", async () => {
      await signIn();
      await clock.advance(hourMs - aheadMs - 1);
      assert.deepEqual(server.refreshes, []);
      await clock.advance(1);
      assert.deepEqual(server.refreshes, ["refresh-1"]);
      assert.equal(one.token, "access-2");
      await clock.advance(hourMs - aheadMs);
      assert.deepEqual(server.refreshes, ["refresh-1", "refresh-2"]);
    });

    it("asks the server once, however many ask at the same time", async () => {
      await signIn();
      const { account } = one;
      await Promise.all([account.refresh(), account.refresh()]);
      assert.deepEqual(server.refreshes, ["refresh-1"]);
      await account.refresh();
      assert.deepEqual(server.refreshes, ["refresh-1", "refresh-2"]);
    });

    it("stores the new tokens before it tells of them", async () => {
      await signIn();
      const stored: (string | undefined)[] = [];
      one.account.onDidChange(() => stored.push(...keyring.values.values()));
      await one.account.refresh();
      assert.match(stored[0] ?? "", /"refreshToken":"refresh-2"/);
    });

    it("refreshes at once what has expired while nobody was there", async () => {
      await signIn();
      one.account.dispose();
      clock.jump(30 * 86_400_000);
      const next = open();
      await next.account.reload();
      assert.equal(next.token, undefined);
      await clock.advance(0);
      assert.deepEqual(server.refreshes, ["refresh-1"]);
      assert.equal(next.token, "access-2");
    });

    it("waits as long as need be for a token that lives for months", async () => {
      server.expiresInMs = 100 * 86_400_000;
      await signIn();
      clock.jump(server.expiresInMs - aheadMs - lookMs - 1);
      await clock.advance(lookMs);
      assert.deepEqual(server.refreshes, []);
      await clock.advance(1);
      assert.equal(server.refreshes.length, 1);
    });

    it("replaces a short-lived token at half its life", async () => {
      server.expiresInMs = 60_000;
      await signIn();
      await clock.advance(29_999);
      assert.deepEqual(server.refreshes, []);
      await clock.advance(90_001);
      assert.equal(server.refreshes.length, 4);
      assert.equal(one.token, "access-5");
    });

    it("does not refresh in a loop, however short the life of a token", async () => {
      for (const expiresInMs of [0, 1, 1_000]) {
        server.expiresInMs = expiresInMs;
        await signIn();
        server.refreshes.length = 0;
        await clock.advance(10_000);
        assert.ok(server.refreshes.length <= 10, `${server.refreshes.length}`);
      }
    });
  });

  describe("without a server", () => {
    beforeEach(async () => {
      await signIn();
      server.refreshWith = () => ({ kind: "retryable", detail: "no route" });
    });

    it("keeps the session, says that it is offline, and tries again until it is not", async () => {
      await clock.advance(hourMs - aheadMs);
      assert.deepEqual([one.email, one.isOffline], ["ada@example.org", true]);
      assert.equal(one.states.length, 2);
      // Half of the jitter (the fake's chance) and a second: 1 + ½·1, 1 + ½·2, 1 + ½·4, … s.
      const waits = [1_500, 2_000, 3_000, 5_000, 9_000, 17_000, 31_000, 31_000];
      for (const [index, waitMs] of waits.entries()) {
        await clock.advance(waitMs - 1);
        assert.equal(server.refreshes.length, index + 1);
        await clock.advance(1);
        assert.equal(server.refreshes.length, index + 2);
      }
      server.refreshWith = undefined;
      await clock.advance(31_000);
      assert.equal(one.isOffline, false);
      assert.equal(one.token, "access-2");
      await clock.advance(300_000);
      assert.equal(server.refreshes.length, waits.length + 2);
    });

    it("goes on with the access token for as long as it is good, and never a moment longer", async () => {
      await clock.advance(hourMs - 1);
      assert.equal(one.token, "access-1");
      await clock.advance(1);
      assert.equal(one.token, undefined);
      await clock.advance(86_400_000);
      assert.deepEqual([one.email, one.token], ["ada@example.org", undefined]);
    });

    it("treats a local server that does not start in the same way", async () => {
      server.isUnreachable = true;
      await one.account.refresh();
      assert.equal(one.isOffline, true);
    });
  });

  describe("that the server has ended", () => {
    beforeEach(() => signIn());

    it("is nobody's any more, here and in the storage", async () => {
      server.refreshWith = () => ({ kind: "invalid" });
      await one.account.refresh();
      assert.deepEqual(one.account.state, { kind: "signedOut", serverUrl });
      assert.equal(machine.holdsTokens, false);
      await clock.advance(86_400_000);
      assert.equal(server.refreshes.length, 1);
    });
  });

  describe("signing out", () => {
    beforeEach(() => signIn());

    it("clears the storage, and tells the server", async () => {
      await one.account.signOut();
      assert.deepEqual(one.account.state, { kind: "signedOut", serverUrl });
      assert.equal(machine.holdsTokens, false);
      assert.deepEqual(server.logouts, ["refresh-1"]);
    });

    it("works when the server fails", async () => {
      server.isUnreachable = true;
      await one.account.signOut();
      assert.deepEqual(one.account.state, { kind: "signedOut", serverUrl });
      assert.equal(machine.holdsTokens, false);
    });

    it("is done before the server is asked", async () => {
      const kinds: string[] = [];
      server.logout = () => {
        kinds.push(one.account.state.kind, String(machine.holdsTokens));
        return Promise.resolve();
      };
      await one.account.signOut();
      assert.deepEqual(kinds, ["signedOut", "false"]);
    });

    it("holds though the storage does not let go of the record", async () => {
      one.secrets.fails = { store: true };
      await one.account.signOut();
      one.secrets.tell([...keyring.values.keys()][0] ?? "");
      await clock.advance(86_400_000);
      assert.deepEqual(one.account.state, { kind: "signedOut", serverUrl });
      assert.deepEqual(server.refreshes, []);
    });

    it("is harmless when nobody is signed in", async () => {
      await one.account.signOut();
      await one.account.signOut();
      assert.equal(server.logouts.length, 1);
    });
  });

  it("lives in memory where nothing can be stored, refreshed as ever", async () => {
    one.secrets.fails = { get: true, store: true };
    await signIn();
    assert.equal(one.store.isPersistent, false);
    assert.equal(one.token, "access-1");
    await clock.advance(hourMs - aheadMs);
    assert.equal(one.token, "access-2");
    assert.equal(machine.holdsTokens, false);
    await one.account.signOut();
    assert.equal(one.email, undefined);
  });

  it("stays somebody's while the storage cannot be read", async () => {
    await signIn();
    one.secrets.fails = { get: true };
    one.secrets.tell([...keyring.values.keys()][0] ?? "");
    await clock.advance(hourMs - aheadMs);
    assert.deepEqual([one.email, one.token], ["ada@example.org", "access-2"]);
  });
});

import assert from "node:assert/strict";
import type { RefreshOutcome } from "../../../src/auth/authApi";
import {
  AccountWindow,
  FakeMachine,
  hourMs,
  serverUrl,
} from "../../fakes/accountWindow";
import { FakeClock } from "../../fakes/fakeClock";

const lookMs = 1_500;

describe("The account heals", () => {
  let clock: FakeClock;
  let machine: FakeMachine;
  let one: AccountWindow;
  let two: AccountWindow;
  beforeEach(async () => {
    clock = new FakeClock();
    machine = new FakeMachine(clock);
    one = new AccountWindow(machine);
    two = new AccountWindow(machine);
    await one.account.reload();
    await two.account.reload();
    await one.account.signIn(serverUrl, machine.server.signIn());
    await clock.advance(0);
  });
  afterEach(async () => {
    one.account.dispose();
    two.account.dispose();
    await clock.advance(0);
    assert.equal(clock.pending, 0);
  });
  const key = `failproof.credential:${serverUrl}`;
  const lost: RefreshOutcome = { kind: "retryable", detail: "no route" };

  describe("what it did not hear of", () => {
    beforeEach(() => {
      one.secrets.hearsChanges = false;
      two.secrets.hearsChanges = false;
    });

    it("knows of a sign-out in another window within 2 s", async () => {
      await one.account.signOut();
      assert.equal(two.email, "ada@example.org");
      await clock.advance(2_000);
      assert.deepEqual(
        [two.account.state.kind, two.token],
        ["signedOut", undefined],
      );
    });

    it("knows of it within 2 s while a refresh hangs", async () => {
      machine.server.refreshWith = () => new Promise(() => {});
      void two.account.refresh();
      await clock.advance(0);
      await one.account.signOut();
      await clock.advance(2_000);
      assert.equal(two.account.state.kind, "signedOut");
    });

    it("knows at once when it is asked to look", async () => {
      await one.account.signOut();
      await two.account.reload();
      assert.equal(two.account.state.kind, "signedOut");
    });

    it("knows of a sign-in in another window within 15 s", async () => {
      await one.account.signOut();
      await clock.advance(2_000);
      await one.account.signIn(serverUrl, machine.server.signIn("grace@x.org"));
      await clock.advance(15_000);
      assert.equal(two.email, "grace@x.org");
    });

    it("reads one short string for that, and nothing more", async () => {
      const before = two.secrets.reads;
      await clock.advance(60_000);
      assert.equal(two.secrets.reads - before, 60_000 / lookMs);
    });
  });

  describe("after a sleep", () => {
    it("refreshes what has died meanwhile, as soon as it is awake", async () => {
      clock.jump(8 * hourMs);
      assert.equal(one.token, undefined);
      await clock.advance(lookMs);
      assert.deepEqual(machine.server.refreshes, ["refresh-1"]);
      assert.deepEqual([one.token, two.token], ["access-2", "access-2"]);
    });

    it("refreshes before it gives out a token, and once for all who ask", async () => {
      clock.jump(8 * hourMs);
      const given = await Promise.all(
        [one, two, one].map(({ account }) => account.accessToken()),
      );
      assert.deepEqual(
        given.map((credential) => credential?.accessToken),
        ["access-2", "access-2", "access-2"],
      );
      assert.deepEqual(machine.server.refreshes, ["refresh-1"]);
    });

    it("tries again soon while the network is not back yet, and says that it is offline", async () => {
      machine.server.refreshWith = () => lost;
      clock.jump(8 * hourMs);
      await clock.advance(lookMs);
      assert.deepEqual([one.isOffline, one.token], [true, undefined]);
      machine.server.refreshWith = undefined;
      await clock.advance(lookMs);
      assert.deepEqual([one.isOffline, two.isOffline], [false, false]);
      assert.equal(one.token, two.token);
    });

    it("does not wait for a clock that was set back", async () => {
      machine.server.refreshWith = () => lost;
      await one.account.refresh();
      clock.jump(-24 * hourMs);
      machine.server.refreshWith = undefined;
      await clock.advance(lookMs);
      assert.equal(one.isOffline, false);
    });
  });

  describe("asking for an access token", () => {
    it("reads no storage and asks nobody when nothing is due", async () => {
      const before = one.secrets.reads;
      for (let count = 0; count < 100; count++) {
        const credential = await one.account.accessToken();
        assert.deepEqual(credential, { serverUrl, accessToken: "access-1" });
      }
      assert.equal(one.secrets.reads, before);
      assert.deepEqual(machine.server.refreshes, []);
    });

    it("looks first in a window that has just opened", async () => {
      const fresh = new AccountWindow(machine);
      const credential = await fresh.account.accessToken();
      assert.equal(credential?.accessToken, "access-1");
      fresh.account.dispose();
    });

    it("does not ask a failing server more often than the pause allows, and gives what is still good", async () => {
      machine.server.refreshWith = () => lost;
      clock.jump(hourMs - 200_000);
      for (let count = 0; count < 10; count++) {
        const credential = await one.account.accessToken();
        assert.equal(credential?.accessToken, "access-1");
      }
      assert.equal(machine.server.refreshes.length, 1);
    });
  });

  describe("a token that the server refuses", () => {
    it("is replaced, and not given out meanwhile", async () => {
      let give = (_: RefreshOutcome) => {};
      machine.server.refreshWith = () =>
        new Promise((resolve) => (give = resolve));
      const refreshed = one.account.refresh("access-1");
      assert.equal(one.token, undefined);
      await clock.advance(0);
      give({ kind: "refreshed", tokens: machine.server.tokens() });
      await refreshed;
      assert.equal(one.token, "access-2");
    });

    it("is not given out though it cannot be replaced now, and is when it can", async () => {
      machine.server.refreshWith = () => lost;
      await one.account.refresh("access-1");
      assert.equal(await one.account.accessToken(), undefined);
      assert.deepEqual([one.email, one.isOffline], ["ada@example.org", true]);
      machine.server.refreshWith = undefined;
      await clock.advance(lookMs);
      assert.equal(one.token, "access-2");
    });

    it("is none of the current ones when it is older: nothing is refreshed", async () => {
      await one.account.refresh();
      await one.account.refresh("access-1");
      assert.deepEqual(machine.server.refreshes, ["refresh-1"]);
      assert.equal(one.token, "access-2");
    });

    it("is replaced by what another window has stored already", async () => {
      two.secrets.hearsChanges = false;
      await one.account.refresh();
      await two.account.refresh("access-1");
      assert.equal(two.token, "access-2");
      assert.deepEqual(machine.server.refreshes, ["refresh-1"]);
    });
  });

  it("signs nobody out by invalid_grant while the storage cannot be read", async () => {
    machine.server.refreshWith = () => {
      one.secrets.fails = { get: true };
      return { kind: "invalid" };
    };
    await one.account.refresh();
    assert.deepEqual([one.email, one.isOffline], ["ada@example.org", true]);
    one.secrets.fails = {};
    await clock.advance(2 * lookMs);
    assert.equal(one.account.state.kind, "signedIn");
  });

  describe("a record that has vanished", () => {
    it("is put back: VS Code deletes what it could not decrypt", async () => {
      machine.keyring.values.delete(key);
      one.secrets.tell(key);
      await clock.advance(lookMs);
      assert.match(machine.stored() ?? "", /access-1/);
      assert.deepEqual([one.token, two.token], ["access-1", "access-1"]);
    });

    it("is put back with new tokens when it vanishes during a refresh", async () => {
      machine.server.refreshWith = () => {
        machine.keyring.values.delete(key);
        return { kind: "refreshed", tokens: machine.server.tokens() };
      };
      await one.account.refresh();
      assert.equal(one.token, "access-2");
      assert.match(machine.stored() ?? "", /access-2/);
      assert.deepEqual(machine.server.logouts, []);
    });

    it("stays signed out when it was", async () => {
      await one.account.signOut();
      await clock.advance(0);
      machine.keyring.values.delete(key);
      await clock.advance(20_000);
      assert.equal(two.account.state.kind, "signedOut");
      const fresh = new AccountWindow(machine);
      await fresh.account.reload();
      assert.equal(fresh.account.state.kind, "signedOut");
      fresh.account.dispose();
    });
  });

  it("ends again what a refresh elsewhere has stored over a sign-out", async () => {
    const before = machine.stored() ?? "";
    await one.account.signOut();
    await clock.advance(0);
    machine.keyring.put(key, before.replaceAll("-1", "-7"));
    await clock.advance(2 * lookMs);
    assert.equal(machine.holdsTokens, true, "id-7 is another sign-in");
    await one.account.signOut();
    machine.server.logouts.length = 0;
    machine.keyring.put(
      key,
      before.replaceAll("access-1", "access-8").replaceAll("refresh-1", "r-8"),
    );
    await clock.advance(2 * lookMs);
    assert.equal(machine.holdsTokens, false);
    assert.deepEqual(machine.server.logouts, ["r-8"]);
    assert.deepEqual([one.email, two.email], [undefined, undefined]);
  });

  it("makes no record that is like an earlier one, across sign-outs", async () => {
    const generations: number[] = [];
    const note = () => {
      const record: unknown = JSON.parse(machine.stored() ?? "null");
      generations.push(
        Number(new Map(Object.entries(record ?? {})).get("generation")),
      );
    };
    note();
    for (const window of [two, one, two]) {
      await window.account.signOut();
      note();
      await window.account.signIn(serverUrl, machine.server.signIn());
      note();
      await window.account.refresh();
      note();
    }
    assert.deepEqual(
      generations,
      generations.map((_, index) => index + 1),
    );
  });

  it("leaves a record that it does not understand alone until somebody signs in", async () => {
    const later = JSON.stringify({ version: 3, generation: 41, serverUrl });
    machine.keyring.put(key, later);
    await clock.advance(lookMs);
    assert.equal(one.account.state.kind, "signedOut");
    await one.account.signOut();
    await one.account.refresh();
    await clock.advance(hourMs / 60);
    assert.equal(machine.stored(), later);
    assert.equal(one.log.filter((text) => /understood/.test(text)).length, 1);
    await one.account.signIn(serverUrl, machine.server.signIn());
    assert.match(machine.stored() ?? "", /"generation":42/);
  });

  it("goes on whatever a listener throws", async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on("unhandledRejection", note);
    try {
      one.account.onDidChange(() => {
        throw new Error("a listener's fault");
      });
      await one.account.refresh();
      assert.equal(one.token, "access-2");
      clock.jump(hourMs);
      await clock.advance(lookMs);
      machine.server.refreshWith = () => lost;
      await one.account.refresh();
      machine.chooseServer("https://other.example");
      await clock.advance(0);
      machine.chooseServer(serverUrl);
      await clock.advance(lookMs);
      await two.account.signOut();
      await clock.advance(lookMs);
      assert.equal(one.account.state.kind, "signedOut");
      await one.account.signIn(serverUrl, machine.server.signIn());
      await one.account.signOut();
      assert.equal(machine.holdsTokens, false);
    } finally {
      process.off("unhandledRejection", note);
    }
    assert.deepEqual(rejections, []);
    assert.ok(one.log.some((text) => text.includes("a listener's fault")));
  });

  describe("signing out", () => {
    it("takes 3 s at most for the server, and none for who looks on", async () => {
      machine.server.logout = () => new Promise(() => {});
      const signedOut = one.account.signOut();
      await clock.advance(0);
      assert.deepEqual(
        [one.account.state.kind, two.account.state.kind],
        ["signedOut", "signedOut"],
      );
      let isOver = false;
      void signedOut.then(() => (isOver = true));
      await clock.advance(2_999);
      assert.equal(isOver, false);
      await clock.advance(1);
      assert.equal(isOver, true);
    });

    it("is done here at once though the storage hangs", async () => {
      one.secrets.store = () => new Promise(() => {});
      const signedOut = one.account.signOut();
      assert.equal(one.account.state.kind, "signedOut");
      await clock.advance(10_000);
      await signedOut;
      assert.deepEqual(machine.server.logouts, ["refresh-1"]);
    });

    it("tells the server once, though the record is seen again before it is overwritten", async () => {
      const { secrets, account } = one;
      const store = secrets.store.bind(secrets);
      let proceed = () => {};
      const slow = new Promise<void>((resolve) => (proceed = resolve));
      secrets.store = async (name, value) => {
        await slow;
        await store(name, value);
      };
      const signedOut = account.signOut();
      await account.reload();
      assert.equal(account.state.kind, "signedOut");
      proceed();
      await signedOut;
      await clock.advance(lookMs);
      assert.deepEqual(machine.server.logouts, ["refresh-1"]);
    });

    it("revokes what is stored, though this window has not seen it yet", async () => {
      one.secrets.hearsChanges = false;
      await two.account.refresh();
      await one.account.signOut();
      assert.deepEqual(machine.server.logouts, ["refresh-2"]);
      assert.equal(machine.holdsTokens, false);
    });
  });
});

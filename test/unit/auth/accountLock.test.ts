import assert from "node:assert/strict";
import type { RefreshOutcome } from "../../../src/auth/authApi";
import {
  AccountWindow,
  FakeMachine,
  serverUrl,
} from "../../fakes/accountWindow";
import { FakeClock } from "../../fakes/fakeClock";

const lookMs = 1_500;

describe("The account and the machine-wide lock", () => {
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
  const lost: RefreshOutcome = { kind: "retryable", detail: "no route" };

  describe("a lock that another process does not give back", () => {
    it("is waited for 15 s; then the session is offline, and it is tried again", async () => {
      machine.lock.isStuck = true;
      const refreshed = one.account.refresh();
      await clock.advance(14_999);
      assert.equal(one.isOffline, false);
      await clock.advance(1);
      await refreshed;
      assert.equal(one.isOffline, true);
      assert.deepEqual(machine.server.refreshes, []);
      assert.equal(one.token, "access-1");
      machine.lock.isStuck = false;
      await clock.advance(lookMs);
      assert.equal(one.token, "access-2");
    });

    it("is given back when it comes too late", async () => {
      let give = (_: { dispose(): void }) => {};
      let released = 0;
      machine.lock.instead = () => new Promise((resolve) => (give = resolve));
      const refreshed = one.account.refresh();
      await clock.advance(15_000);
      await refreshed;
      give({ dispose: () => (released += 1) });
      await clock.advance(0);
      assert.equal(released, 1);
    });

    it("is not waited for by who signs in, longer than that", async () => {
      machine.lock.isStuck = true;
      const email = "grace@x.org";
      const signedIn = one.account.signIn(
        serverUrl,
        machine.server.signIn(email),
      );
      await clock.advance(15_000);
      await signedIn;
      assert.equal(one.email, email);
    });

    it("is not waited for at all by who signs out", async () => {
      machine.lock.isStuck = true;
      await one.account.signOut();
      assert.equal(machine.holdsTokens, false);
    });

    it("is no wait for a window that closes", async () => {
      machine.lock.isStuck = true;
      const refreshed = one.account.refresh();
      await clock.advance(0);
      one.account.dispose();
      await refreshed;
    });
  });

  it("gives the lock back whatever the server does", async () => {
    const ends: (() => RefreshOutcome)[] = [
      () => lost,
      () => {
        throw new Error("a fault of ours");
      },
      () => ({ kind: "invalid" }),
    ];
    for (const end of ends) {
      machine.server.refreshWith = end;
      await one.account.refresh();
      assert.equal(machine.lock.isHeld, false);
    }
  });

  it("is offline when the lock cannot be had at all", async () => {
    machine.lock.instead = () => Promise.reject(new Error("EACCES"));
    await one.account.refresh();
    assert.deepEqual([one.email, one.isOffline], ["ada@example.org", true]);
  });
});

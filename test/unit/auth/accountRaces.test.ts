import assert from "node:assert/strict";
import type { RefreshOutcome } from "../../../src/auth/authApi";
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

describe("The account in two windows", () => {
  let clock: FakeClock;
  let machine: FakeMachine;
  let keyring: FakeKeyring;
  let server: FakeAuthServer;
  let one: AccountWindow;
  let two: AccountWindow;
  beforeEach(async () => {
    clock = new FakeClock();
    machine = new FakeMachine(clock);
    ({ keyring, server } = machine);
    one = new AccountWindow(machine);
    two = new AccountWindow(machine);
    await one.account.reload();
    await two.account.reload();
    await signIn();
  });
  afterEach(async () => {
    one.account.dispose();
    two.account.dispose();
    await clock.advance(hourMs);
    assert.equal(clock.pending, 0);
  });

  async function signIn(window = one, email?: string): Promise<void> {
    await window.account.signIn(serverUrl, server.signIn(email));
    await clock.advance(0);
  }

  /** The next refresh hangs until it is given an outcome. */
  function holdRefresh(): {
    give: (outcome?: RefreshOutcome) => Promise<void>;
  } {
    let resolve = (_: RefreshOutcome) => {};
    server.refreshWith = () => new Promise((give) => (resolve = give));
    return {
      give: async (
        outcome = { kind: "refreshed", tokens: server.tokens() },
      ) => {
        server.refreshWith = undefined;
        resolve(outcome);
        await clock.advance(0);
      },
    };
  }
  const asked = () => clock.advance(0);

  it("is the same in both, as soon as one of them has changed it", async () => {
    assert.deepEqual([two.email, two.token], ["ada@example.org", "access-1"]);
    await one.account.refresh();
    await clock.advance(0);
    assert.equal(two.token, "access-2");
    await two.account.signOut();
    await clock.advance(0);
    assert.equal(one.email, undefined);
  });

  it("takes the other's newer tokens without asking the server, though it heard of nothing", async () => {
    two.secrets.hearsChanges = false;
    await one.account.refresh();
    assert.equal(two.token, "access-1");
    await two.account.refresh();
    assert.equal(two.token, "access-2");
    assert.deepEqual(server.refreshes, ["refresh-1"]);
  });

  it("sees that somebody else has signed in, though the record's number is the same", async () => {
    two.secrets.hearsChanges = false;
    await one.account.signOut();
    await signIn(one, "grace@example.org");
    two.secrets.hearsChanges = true;
    two.secrets.tell([...keyring.values.keys()][0] ?? "");
    await clock.advance(0);
    assert.deepEqual([two.email, two.token], ["grace@example.org", "access-2"]);
  });

  it("says nothing when nothing has changed", async () => {
    const before = two.states.length;
    two.secrets.tell([...keyring.values.keys()][0] ?? "");
    await clock.advance(0);
    assert.equal(two.states.length, before);
  });

  it("is not signed out by invalid_grant when there is a newer record", async () => {
    two.secrets.hearsChanges = false;
    const { give } = holdRefresh();
    const refreshed = two.account.refresh();
    await asked();
    machine.storeElsewhere({ accessToken: "access-9" });
    await give({ kind: "invalid" });
    await refreshed;
    assert.deepEqual([two.email, two.token], ["ada@example.org", "access-9"]);
    await clock.advance(0);
    assert.equal(one.token, "access-9");
  });

  it("does not overwrite what came into the storage while it refreshed", async () => {
    two.secrets.hearsChanges = false;
    const { give } = holdRefresh();
    const refreshed = two.account.refresh();
    await asked();
    machine.storeElsewhere({ accessToken: "access-9" });
    await give();
    await refreshed;
    assert.deepEqual([one.token, two.token], ["access-9", "access-9"]);
    assert.deepEqual(server.logouts, []);
  });

  it("stays signed out when a refresh was under way, and what that got is revoked", async () => {
    const { give } = holdRefresh();
    const refreshed = one.account.refresh();
    await asked();
    await one.account.signOut();
    await give();
    await refreshed;
    assert.deepEqual([one.email, two.email], [undefined, undefined]);
    assert.equal(machine.holdsTokens, false);
    assert.deepEqual(server.logouts, ["refresh-1", "refresh-2"]);
    await clock.advance(hourMs);
    assert.deepEqual(server.refreshes, ["refresh-1"]);
  });

  it("is whose who signs in while a refresh is under way, in this window or another", async () => {
    const outcomes = [undefined, { kind: "invalid" } as const];
    for (const [window, outcome] of [one, two].flatMap((each) =>
      outcomes.map((given) => [each, given] as const),
    )) {
      const { give } = holdRefresh();
      const refreshed = one.account.refresh();
      await asked();
      const signedIn = window.account.signIn(
        serverUrl,
        server.signIn("grace@example.org"),
      );
      await give(outcome);
      await Promise.all([refreshed, signedIn]);
      await clock.advance(0);
      for (const each of [one, two]) {
        assert.equal(each.email, "grace@example.org");
        assert.equal(each.token, window.token);
      }
      await signIn();
    }
  });

  it("lets a refresh that is under way elsewhere end before a sign-in is stored", async () => {
    const { give } = holdRefresh();
    const refreshed = two.account.refresh();
    await asked();
    const signedIn = signIn(one, "grace@example.org");
    await clock.advance(5_000);
    assert.match(machine.stored() ?? "", /"access-1"/);
    await give();
    await Promise.all([refreshed, signedIn]);
    assert.deepEqual(
      [one.email, two.email],
      Array(2).fill("grace@example.org"),
    );
  });

  /** The first window's reads find what there is when they begin, and do not end until they may. */
  function holdReads() {
    const { secrets } = one;
    const get = secrets.get.bind(secrets);
    let finish = () => {};
    const slow = new Promise<void>((resolve) => (finish = resolve));
    secrets.get = async (key) => {
      const value = await get(key);
      await slow;
      return value;
    };
    return { letNew: () => (secrets.get = get), finish: () => finish() };
  }

  it("is not brought back by a read that began before the sign-out", async () => {
    one.secrets.hearsChanges = false;
    await signIn(two, "grace@example.org");
    const reads = holdReads();
    const reloaded = one.account.reload();
    await clock.advance(0);
    reads.letNew();
    const signedOut = one.account.signOut();
    await clock.advance(0);
    reads.finish();
    await Promise.all([reloaded, signedOut]);
    assert.equal(one.email, undefined);
    assert.equal(machine.holdsTokens, false);
  });

  it("does not go back to what a read found that began before the sign-in", async () => {
    await one.account.signOut();
    one.secrets.hearsChanges = false;
    const reads = holdReads();
    const reloaded = one.account.reload();
    await clock.advance(0);
    reads.letNew();
    one.states.length = 0;
    await signIn(one, "grace@example.org");
    reads.finish();
    await reloaded;
    assert.deepEqual(
      one.states.map(({ kind }) => kind),
      ["signedIn"],
    );
  });

  it("does not show the record of one server as that of another", async () => {
    const reads = holdReads();
    const reloaded = one.account.reload();
    reads.letNew();
    machine.chooseServer("https://other.example");
    await clock.advance(0);
    reads.finish();
    await reloaded;
    await clock.advance(0);
    assert.deepEqual(
      [one.account.state.kind, one.account.state.serverUrl],
      ["signedOut", "https://other.example"],
    );
  });

  it("stores what a refresh got though its window closed meanwhile, and starts nothing anew", async () => {
    const { give } = holdRefresh();
    const refreshed = one.account.refresh();
    await asked();
    one.account.dispose();
    two.secrets.hearsChanges = false;
    await give();
    await refreshed;
    assert.match([...keyring.values.values()].join(), /"refresh-2"/);
    await two.account.reload();
    assert.equal(two.token, "access-2");
  });

  it("leaves no timer when a refresh fails after its window closed", async () => {
    const { give } = holdRefresh();
    const refreshed = one.account.refresh();
    await asked();
    one.account.dispose();
    two.account.dispose();
    await give({ kind: "retryable", detail: "no route" });
    await refreshed;
    assert.equal(clock.pending, 0);
  });

  it("ends with the same tokens in both when their timers run at the same moment", async () => {
    // An extended server: the same token gives the same successor for a while.
    const successor = server.tokens();
    server.refreshWith = () => ({ kind: "refreshed", tokens: successor });
    await clock.advance(hourMs - aheadMs);
    assert.ok(server.refreshes.every((token) => token === "refresh-1"));
    assert.deepEqual([one.token, two.token], ["access-2", "access-2"]);
    assert.deepEqual(server.logouts, []);
    await clock.advance(aheadMs);
    assert.deepEqual([one.token, two.token], ["access-2", "access-2"]);
  });
});

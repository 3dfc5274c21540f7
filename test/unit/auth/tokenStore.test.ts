import assert from "node:assert/strict";
import { type Credential, TokenStore } from "../../../src/auth/tokenStore";
import { nullLogger } from "../../../src/base/log";
import { FakeKeyring, type FakeSecrets } from "../../fakes/fakeSecrets";

const credential: Credential = {
  version: 1,
  generation: 1,
  serverUrl: "https://example.org",
  accessToken: "access-1",
  refreshToken: "refresh-1",
  expiresAt: 2_000,
  user: { id: "u1", email: "ada@example.org" },
  signedInAt: 1_000,
  refreshedAt: 1_000,
};
const newer = { ...credential, generation: 2, accessToken: "access-2" };

describe("The token store", () => {
  let keyring: FakeKeyring;
  let secrets: FakeSecrets;
  let store: TokenStore;
  let warnings: string[];
  beforeEach(() => {
    keyring = new FakeKeyring();
    secrets = keyring.window();
    warnings = [];
    store = open(secrets);
  });

  const open = (window: FakeSecrets) =>
    new TokenStore({
      secrets: window,
      log: { ...nullLogger, warn: (message) => warnings.push(message) },
    });

  it("gives back what was written, in another window and after a restart too", async () => {
    assert.equal(await store.read(), undefined);
    await store.write(credential);
    assert.deepEqual(await store.read(), credential);
    assert.deepEqual(await open(keyring.window()).read(), credential);
    assert.equal(store.isPersistent, true);
  });

  it("forgets everywhere what was cleared", async () => {
    await store.write(credential);
    await store.clear();
    assert.equal(await store.read(), undefined);
    assert.equal(keyring.values.size, 0);
  });

  it("tells of changes of its own record only", async () => {
    let changes = 0;
    const subscription = store.onDidChange(() => (changes += 1));
    secrets.tell("another extension's");
    assert.equal(changes, 0);
    await open(keyring.window()).write(credential);
    assert.equal(changes, 1);
    subscription.dispose();
    await store.clear();
    assert.equal(changes, 1);
  });

  it("takes a record that it does not understand for none", async () => {
    await store.write(credential);
    const [[key] = assert.fail()] = keyring.values;
    const odd = [
      "",
      "{",
      "null",
      JSON.stringify({ ...credential, version: 2 }),
    ];
    for (const text of odd) {
      keyring.values.set(key, text);
      assert.equal(await store.read(), undefined, text);
    }
  });

  describe("on a machine without a keyring", () => {
    it("keeps the record in memory for this run, and says so", async () => {
      secrets.fails = { get: true, store: true, delete: true };
      assert.equal(await store.read(), undefined);
      await store.write(credential);
      assert.equal(store.isPersistent, false);
      assert.deepEqual(await store.read(), credential);
      await store.write(newer);
      assert.deepEqual(await store.read(), newer);
      assert.equal(await open(secrets).read(), undefined);
      assert.ok(warnings.length > 0);
      assert.ok(!/access-|refresh-/.test(warnings.join()));
    });

    it("forgets the record in memory", async () => {
      secrets.fails = { store: true, delete: true };
      await store.write(credential);
      await store.clear();
      assert.equal(await store.read(), undefined);
    });
  });

  describe("with a keyring that fails now and then", () => {
    it("prefers what it could not store to the older record that is stored", async () => {
      await store.write(credential);
      secrets.fails = { store: true };
      await store.write(newer);
      assert.equal(store.isPersistent, false);
      assert.deepEqual(await store.read(), newer);
    });

    it("is persistent again with the first record that is stored", async () => {
      secrets.fails = { store: true };
      await store.write(credential);
      secrets.fails = {};
      await store.write(newer);
      assert.equal(store.isPersistent, true);
      assert.deepEqual(await open(keyring.window()).read(), newer);
    });

    it("gives what it last knew while the record cannot be read: nobody is signed out by that", async () => {
      await store.write(credential);
      secrets.fails = { get: true };
      assert.deepEqual(await store.read(), credential);
      secrets.fails = {};
      await open(keyring.window()).write(newer);
      assert.deepEqual(await store.read(), newer);
      secrets.fails = { get: true };
      assert.deepEqual(await store.read(), newer);
    });

    it("gives nothing of what was cleared, though it is still stored", async () => {
      await store.write(credential);
      secrets.fails = { delete: true };
      await store.clear();
      assert.equal(keyring.values.size, 1);
      assert.equal(await store.read(), undefined);
      secrets.fails = {};
      await store.write(newer);
      assert.deepEqual(await store.read(), newer);
    });
  });
});

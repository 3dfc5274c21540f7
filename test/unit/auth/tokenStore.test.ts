import assert from "node:assert/strict";
import type { StoredRecord } from "../../../src/auth/credential";
import { TokenStore } from "../../../src/auth/tokenStore";
import { nullLogger } from "../../../src/base/log";
import { FakeClock } from "../../fakes/fakeClock";
import { FakeKeyring, type FakeSecrets } from "../../fakes/fakeSecrets";

const serverUrl = "https://example.org";
const key = `failproof.credential:${serverUrl}`;
const record: StoredRecord = {
  version: 2,
  kind: "tokens",
  generation: 7,
  serverUrl,
  signInId: "id-1",
  accessToken: "access-1",
  refreshToken: "refresh-1",
  expiresAt: 2_000,
  user: { id: "u1", email: "ada@example.org" },
  signedInAt: 1_000,
  refreshedAt: 1_000,
};
const newer = { ...record, generation: 8, accessToken: "access-2" };
const apiKey: StoredRecord = {
  version: 2,
  kind: "apiKey",
  generation: 8,
  serverUrl,
  signInId: "id-2",
  apiKey: "key-1",
  signedInAt: 1_000,
};
const signedOut: StoredRecord = {
  version: 2,
  kind: "signedOut",
  generation: 9,
  serverUrl,
};

const sure = { isCertain: true };

describe("The token store", () => {
  let clock: FakeClock;
  let keyring: FakeKeyring;
  let secrets: FakeSecrets;
  let store: TokenStore;
  let warnings: string[];
  beforeEach(() => {
    clock = new FakeClock();
    keyring = new FakeKeyring();
    secrets = keyring.window();
    warnings = [];
    store = open(secrets);
  });
  afterEach(() => {
    assert.equal(clock.pending, 0);
    assert.ok(!/access-|refresh-|key-/.test(warnings.join()));
  });

  const open = (window: FakeSecrets) =>
    new TokenStore({
      secrets: window,
      clock,
      log: { ...nullLogger, warn: (message) => warnings.push(message) },
    });
  const readBy = async (one: TokenStore) => (await one.read(serverUrl)).record;
  const read = () => readBy(store);

  it("gives back what was written, in another window and after a restart too", async () => {
    const none = { ...sure, record: undefined, generation: 0 };
    assert.deepEqual(await store.read(serverUrl), none);
    for (const one of [record, apiKey, signedOut]) {
      await store.write(one);
      assert.deepEqual(await read(), one);
      assert.deepEqual(await readBy(open(keyring.window())), one);
    }
    assert.equal(store.isPersistent, true);
  });

  it("has a record for each server", async () => {
    const other = { ...record, serverUrl: "https://other.example" };
    await store.write(record);
    await store.write(other);
    assert.deepEqual(await read(), record);
    assert.deepEqual((await store.read(other.serverUrl)).record, other);
    assert.equal(await readBy(open(new FakeKeyring().window())), undefined);
  });

  it("tells of its own records only, and of the other windows' changes", async () => {
    let changes = 0;
    const subscription = store.onDidChange(() => (changes += 1));
    secrets.tell("another.key");
    assert.equal(changes, 0);
    await open(keyring.window()).write(record);
    assert.equal(changes, 1);
    subscription.dispose();
    await store.write(newer);
    assert.equal(changes, 1);
  });

  it("takes a record that it does not understand for none, says so once, and leaves it alone", async () => {
    const odd = [
      "",
      "{",
      "null",
      JSON.stringify({ ...record, version: 3 }),
      JSON.stringify({ ...record, refreshToken: undefined }),
      JSON.stringify({ ...record, serverUrl: "https://other.example" }),
    ];
    for (const [index, text] of odd.entries()) {
      keyring.values.set(key, text);
      assert.equal(await read(), undefined, text);
      assert.equal(await read(), undefined, text);
      assert.equal(warnings.length, index + 1);
      assert.equal(keyring.values.get(key), text);
    }
  });

  it("knows the generation of a record of a later version, so that the next one is higher", async () => {
    const later = { version: 3, generation: 41, serverUrl };
    keyring.values.set(key, JSON.stringify(later));
    const expected = { ...sure, record: undefined, generation: 41 };
    assert.deepEqual(await store.read(serverUrl), expected);
    keyring.values.set(key, JSON.stringify({ ...later, generation: "41" }));
    assert.equal((await store.read(serverUrl)).generation, 0);
  });

  describe("on a machine without a keyring", () => {
    beforeEach(() => (secrets.fails = { get: true, store: true }));

    it("keeps the record in memory for this run, and says so", async () => {
      assert.equal(await read(), undefined);
      await store.write(record);
      assert.equal(store.isPersistent, false);
      assert.deepEqual(await store.read(serverUrl), {
        ...sure,
        record,
        generation: 7,
      });
      await store.write(newer);
      assert.deepEqual(await read(), newer);
      assert.equal(await readBy(open(secrets)), undefined);
      assert.ok(warnings.length > 0);
    });

    it("keeps a sign-out in memory, too, and has nothing more to say of keeping", async () => {
      await store.write(record);
      await store.write(signedOut);
      assert.deepEqual(await read(), signedOut);
      assert.equal(store.isPersistent, true);
    });
  });

  describe("with a keyring that fails now and then", () => {
    it("prefers what it could not store to the older record that is stored", async () => {
      await store.write(record);
      secrets.fails = { store: true };
      await store.write(newer);
      assert.equal(store.isPersistent, false);
      assert.deepEqual(await read(), newer);
    });

    it("prefers it to an older record that it could not read before", async () => {
      await open(keyring.window()).write(record);
      secrets.fails = { get: true, store: true };
      await store.write(apiKey);
      secrets.fails = {};
      assert.deepEqual(await read(), apiKey);
    });

    it("prefers what another window has stored since", async () => {
      await store.write(record);
      secrets.fails = { store: true };
      await store.write(newer);
      await open(keyring.window()).write(apiKey);
      assert.deepEqual(await read(), apiKey);
      assert.equal(store.isPersistent, true);
    });

    it("is persistent again with the first record that is stored", async () => {
      secrets.fails = { store: true };
      await store.write(record);
      secrets.fails = {};
      await store.write(newer);
      assert.equal(store.isPersistent, true);
      assert.deepEqual(await readBy(open(keyring.window())), newer);
    });

    it("gives what it last knew while the record cannot be read, and that it is not certain", async () => {
      await store.write(record);
      secrets.fails = { get: true };
      const known = { ...sure, record, generation: 7, isCertain: false };
      assert.deepEqual(await store.read(serverUrl), known);
      secrets.fails = {};
      await open(keyring.window()).write(newer);
      assert.deepEqual(await read(), newer);
      secrets.fails = { get: true };
      assert.deepEqual(await read(), newer);
    });

    it("says once that it cannot be read, and again after it could", async () => {
      for (const times of [1, 2]) {
        secrets.fails = { get: true };
        await read();
        await read();
        assert.equal(warnings.length, times);
        secrets.fails = {};
        await read();
      }
    });

    it("prefers what was written while it read", async () => {
      let finish = () => {};
      secrets.get = () =>
        new Promise((resolve) => (finish = () => resolve(undefined)));
      const reading = read();
      await store.write(record);
      finish();
      assert.deepEqual(await reading, record);
      assert.deepEqual(warnings, []);
    });

    it("puts back what was lost: VS Code deletes what it could not decrypt", async () => {
      await store.write(record);
      keyring.values.delete(key);
      assert.deepEqual(await read(), record);
      assert.deepEqual(await readBy(open(keyring.window())), record);
      assert.deepEqual(await read(), record);
      assert.equal(store.isPersistent, true);
    });

    it("puts it back once, and holds it in memory, where everything is lost", async () => {
      await store.write(record);
      let writes = 0;
      keyring.values.delete(key);
      secrets.store = async () => {
        await Promise.resolve();
        writes += 1;
        secrets.tell(key);
      };
      for (let count = 0; count < 5; count++) {
        assert.deepEqual(await read(), record);
      }
      assert.deepEqual([writes, store.isPersistent], [1, false]);
      await store.write(newer);
      assert.deepEqual(await read(), newer);
    });

    it("goes on when it cannot be put back", async () => {
      await store.write(record);
      keyring.values.delete(key);
      secrets.fails = { store: true };
      assert.deepEqual(await read(), record);
      await clock.advance(0);
      assert.equal(store.isPersistent, false);
    });

    it("does not wait for ever for one that asks for its password", async () => {
      await store.write(record);
      secrets.get = () => new Promise(() => {});
      secrets.store = () => new Promise(() => {});
      const reading = store.read(serverUrl);
      await clock.advance(5_000);
      assert.equal((await reading).isCertain, false);
      const writing = store.write(newer);
      await clock.advance(5_000);
      await writing;
      assert.equal(store.isPersistent, false);
    });
  });
});

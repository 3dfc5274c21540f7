import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { nullLogger } from "../../../src/base/log";
import { startCloudServer } from "../../../src/cloud/cloudServer";
import { Ingest } from "../../../src/cloud/events/ingest";
import { addressFile, readIdentity } from "../../../src/cloud/identity";
import { openDatabase } from "../../../src/cloud/store/openDatabase";
import { migrations } from "../../../src/cloud/store/schema";
import { SqliteStore } from "../../../src/cloud/store/sqliteStore";
import { FakeClock } from "../../fakes/fakeClock";
import { sampleEvent } from "./testServer";

describe("the store of the embedded server", () => {
  let parent: string;
  let folder: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "failproof-store-"));
    folder = join(parent, "deep", "data");
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  const open = async () =>
    new SqliteStore(await openDatabase(folder, randomBytes));

  const start = () =>
    startCloudServer({
      ...{ dataFolder: folder, port: 0, version: "0", userName: "" },
      ...{ clock: new FakeClock(), logger: nullLogger },
    });

  it("is for its owner alone", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const store = await open();
    store.userByEmail("ada@localhost", 0);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const suffix of ["", "-wal", "-shm"]) {
      const file = join(folder, `failproof.sqlite${suffix}`);
      assert.equal((await stat(file)).mode & 0o777, 0o600, suffix);
    }
    store.dispose();
  });

  it("keeps its secret", async () => {
    const first = await open();
    const secret = first.serverSecret();
    first.dispose();
    const second = await open();
    assert.equal(secret.length, 32);
    assert.deepEqual(second.serverSecret(), secret);
    second.dispose();
  });

  it("does a transaction wholly or not at all, nested ones too", async () => {
    const store = await open();
    const user = store.userByEmail("ada@localhost", 0);
    const event = sampleEvent();
    assert.throws(
      () =>
        store.transaction(() => {
          store.addEvents(user.id, [event], 0);
          throw new Error("halfway");
        }),
      /halfway/,
    );
    assert.equal(store.addEvents(user.id, [event, event], 0), 1);
    store.dispose();
  });

  it("stores nothing of a batch that cannot be stored, and says that it may later", async () => {
    const store = await open();
    const ingest = new Ingest({
      ...{ store, clock: new FakeClock(), logger: nullLogger },
    });
    const outcome = ingest.ingest("no such user", [sampleEvent()]);
    assert.deepEqual(outcome, { kind: "unavailable" });
    store.dispose();
  });

  it("takes over what an older version kept", async () => {
    await mkdir(folder, { recursive: true });
    const old = new DatabaseSync(join(folder, "failproof.sqlite"));
    old.exec(migrations[0]!);
    old.exec(`
      INSERT INTO server (secret) VALUES (x'${"07".repeat(32)}');
      INSERT INTO users VALUES ('u1', 'ada@localhost', 0);
      PRAGMA user_version = 1;
    `);
    old.close();
    const store = await open();
    assert.equal(store.userByEmail("ada@localhost", 1).id, "u1");
    assert.deepEqual([...store.serverSecret()], Array(32).fill(7));
    const code = {
      ...{ hash: "h", bindingHash: "b", userId: "u1", grantId: "g" },
      ...{ expiresAt: 1, isUsed: false },
    };
    store.addAuthorizationCode(code);
    assert.deepEqual(store.takeAuthorizationCode("h"), code);
    assert.equal(store.takeAuthorizationCode("h")?.isUsed, true);
    store.prune(0, 2);
    assert.equal(store.takeAuthorizationCode("h"), undefined);
    store.dispose();
    (await open()).dispose();
  });

  it("is one server's at a time, and another's when that one has ended", async () => {
    const first = await start();
    assert.ok(first.kind === "started");
    assert.equal((await start()).kind, "data-in-use");
    // Whoever looks into the data does not let go of it.
    const reader = new DatabaseSync(join(folder, "failproof.sqlite"), {
      readOnly: true,
    });
    reader.prepare("SELECT count(*) FROM events").get();
    reader.close();
    assert.equal((await start()).kind, "data-in-use");
    first.server.dispose();
    const next = await start();
    assert.ok(next.kind === "started");
    next.server.dispose();
  });

  it("keeps its key, and tells where it is, for its owner alone", async function () {
    const first = await start();
    assert.ok(first.kind === "started");
    const key = await readIdentity(folder);
    assert.match(key ?? "", /^[\w-]{43}$/);
    const { url } = first.server;
    const address: unknown = JSON.parse(
      await readFile(addressFile(folder), "utf8"),
    );
    assert.deepEqual(address, { url });
    first.server.dispose();
    const second = await start();
    assert.ok(second.kind === "started");
    assert.equal(await readIdentity(folder), key);
    second.server.dispose();
    if (process.platform === "win32") {
      this.skip();
    }
    for (const name of ["identity.key", "address.json", "server.lock"]) {
      assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
    }
  });

  it("is not opened by a server older than it", async () => {
    const database = await openDatabase(folder, randomBytes);
    database.exec("PRAGMA user_version = 99");
    database.close();
    const outcome = await start();
    assert.equal(outcome.kind, "data-unusable");
    assert.match("message" in outcome ? outcome.message : "", /version 99/);
  });

  it("says so when its file is something else, or its folder a file", async () => {
    await mkdir(folder, { recursive: true });
    const file = join(folder, "failproof.sqlite");
    await writeFile(file, "This is no database. ".repeat(100));
    assert.equal((await start()).kind, "data-unusable");
    folder = file;
    assert.equal((await start()).kind, "data-unusable");
  });
});

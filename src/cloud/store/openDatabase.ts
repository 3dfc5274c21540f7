import { chmod, open } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import { ensurePrivateFolder, privateFileMode } from "../../node/privateFiles";
import { validate } from "../../protocol/validate";
import type { RandomBytes } from "../auth/secrets";
import { migrations } from "./schema";

/**
 * Opens DIR/failproof.sqlite, and makes it when there is none: the folder for
 * its owner alone (0700), the file too (0600; SQLite gives its -wal and -shm
 * the same mode). Throws when the folder or the file cannot be used.
 */
export async function openDatabase(
  folder: string,
  randomBytes: RandomBytes,
): Promise<DatabaseSync> {
  const file = join(folder, "failproof.sqlite");
  await ensurePrivateFolder(folder);
  // Made before SQLite opens it, so that it is never readable by others, not even for a moment.
  await (await open(file, "a", privateFileMode)).close();
  await chmod(file, privateFileMode);

  const database = new DatabaseSync(file);
  try {
    // FULL: in WAL mode, NORMAL syncs at checkpoints only, and a power cut could
    // take back a batch whose ack has let the client delete its copy.
    // fullfsync does the same for macOS, whose fsync leaves data in the disk's cache.
    // The cache (64 MiB at most) and the rarer checkpoints: event ids are random,
    // so that each of many events touches a page of its own.
    database.exec(`
      PRAGMA busy_timeout = 5000;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA foreign_keys = ON;
      PRAGMA cache_size = -65536;
      PRAGMA wal_autocheckpoint = 8000;
    `);
    migrate(database, randomBytes);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

const versionSchema = v.object({ user_version: v.number() });

function migrate(database: DatabaseSync, randomBytes: RandomBytes): void {
  database.exec("BEGIN IMMEDIATE");
  const row = database.prepare("PRAGMA user_version").get();
  const found = validate(versionSchema, row)?.user_version ?? 0;
  if (found > migrations.length) {
    throw new Error(
      `the data is of version ${found}, and this server knows ${migrations.length}: use a newer one`,
    );
  }
  for (const migration of migrations.slice(found)) {
    database.exec(migration);
  }
  if (found === 0) {
    database
      .prepare("INSERT INTO server (secret) VALUES (?)")
      .run(randomBytes(32));
  }
  database.exec(`PRAGMA user_version = ${migrations.length}`);
  database.exec("COMMIT");
}

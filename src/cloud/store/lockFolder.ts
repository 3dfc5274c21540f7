import { chmod, open } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type DisposableLike, toDisposable } from "../../base/lifecycle";
import { ensurePrivateFolder, privateFileMode } from "../../node/privateFiles";

/** SQLITE_BUSY: https://www.sqlite.org/rescode.html#busy */
const busy = 5;

/**
 * Takes the folder for this process alone, until it is disposed or the process
 * ends, however it ends; undefined when another has it. The lock is that of an
 * exclusive transaction on a database that stays empty: the one kind of file
 * lock that Node has on every system. Not on the data itself, which others may
 * read meanwhile. Throws when the folder cannot be used.
 */
export async function lockFolder(
  folder: string,
): Promise<DisposableLike | undefined> {
  const file = join(folder, "server.lock");
  await ensurePrivateFolder(folder);
  await (await open(file, "a", privateFileMode)).close();
  await chmod(file, privateFileMode);
  const database = new DatabaseSync(file);
  try {
    // In memory: nothing is ever written, and no journal shall lie beside it.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return toDisposable(() => database.close());
  } catch (error) {
    database.close();
    if (
      error instanceof Error &&
      "errcode" in error &&
      error.errcode === busy
    ) {
      return undefined;
    }
    throw error;
  }
}

import { randomBytes } from "node:crypto";
import { messageOf } from "../../base/errors";
import { Disposable, type DisposableLike } from "../../base/lifecycle";
import { writePrivateFile } from "../../node/privateFiles";
import { randomToken } from "../auth/secrets";
import { addressFile, identityFile, readIdentity } from "../identity";
import { lockFolder } from "./lockFolder";
import { openDatabase } from "./openDatabase";
import { SqliteStore } from "./sqliteStore";
import type { CloudStore } from "./store";

export interface DataFailure {
  readonly kind: "data-in-use" | "data-unusable";
  readonly message: string;
}

/** The folder of one server, held by it alone: database, key, address. */
export class DataFolder extends Disposable {
  private constructor(
    private readonly path: string,
    readonly store: CloudStore,
    /** What this server proves that it has: see identity.ts. */
    readonly identityKey: string,
    lock: DisposableLike,
  ) {
    super();
    this.register(lock);
    this.register(store);
  }

  /** Makes what is missing. */
  static async open(path: string): Promise<DataFolder | DataFailure> {
    let lock: DisposableLike | undefined;
    try {
      lock = await lockFolder(path);
      if (!lock) {
        const message = "Another server works on this folder.";
        return { kind: "data-in-use", message };
      }
      const key = await ensureIdentity(path);
      const store = new SqliteStore(await openDatabase(path, randomBytes));
      return new DataFolder(path, store, key, lock);
    } catch (error) {
      lock?.dispose();
      return { kind: "data-unusable", message: messageOf(error) };
    }
  }

  /** Tells those who look for this server where it is; the reason when it cannot. */
  async publish(url: string): Promise<DataFailure | undefined> {
    try {
      await writePrivateFile(addressFile(this.path), JSON.stringify({ url }));
      return undefined;
    } catch (error) {
      return { kind: "data-unusable", message: messageOf(error) };
    }
  }
}

/** Under the folder's lock, so that two servers do not make one each. */
async function ensureIdentity(path: string): Promise<string> {
  const known = await readIdentity(path);
  if (known !== undefined) {
    return known;
  }
  const key = randomToken(randomBytes);
  await writePrivateFile(identityFile(path), key);
  return key;
}

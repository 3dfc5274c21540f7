import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Secrets } from "../../src/auth/tokenStore";

/**
 * A SecretStorage that real processes share: a file for each key. It never
 * tells of a change, as VS Code's sometimes does not.
 */
export class FileSecrets implements Secrets {
  readonly onDidChange = () => ({ dispose() {} });
  reads = 0;

  constructor(private readonly folder: string) {}

  async get(key: string): Promise<string | undefined> {
    this.reads += 1;
    try {
      return await readFile(this.#file(key), "utf8");
    } catch {
      // Nothing has been stored yet.
      return undefined;
    }
  }

  async store(key: string, value: string): Promise<void> {
    const fresh = join(this.folder, randomUUID());
    await writeFile(fresh, value, { mode: 0o600 });
    await rename(fresh, this.#file(key));
  }

  #file(key: string): string {
    return join(this.folder, Buffer.from(key).toString("hex"));
  }
}

import type { Secrets } from "../../src/auth/tokenStore";
import { Emitter } from "../../src/base/event";

/** What the system's keyring holds, for all windows. */
export class FakeKeyring {
  readonly values = new Map<string, string>();
  readonly windows: FakeSecrets[] = [];

  /** The keyring as another window has it. */
  window(): FakeSecrets {
    const secrets = new FakeSecrets(this);
    this.windows.push(secrets);
    return secrets;
  }

  put(key: string, value: string): void {
    this.values.set(key, value);
    for (const window of this.windows) {
      if (window.hearsChanges) {
        window.tell(key);
      }
    }
  }
}

/** One window's SecretStorage; it fails on request, and its events may be held back. */
export class FakeSecrets implements Secrets {
  fails: { get?: boolean; store?: boolean } = {};
  /** VS Code has skipped change events: then the windows hear nothing. */
  hearsChanges = true;
  reads = 0;
  readonly #onDidChange = new Emitter<{ key: string }>();
  readonly onDidChange = this.#onDidChange.event;

  constructor(private readonly keyring: FakeKeyring) {}

  async get(key: string): Promise<string | undefined> {
    this.reads += 1;
    const value = this.keyring.values.get(key);
    await this.#use("get");
    return value;
  }

  async store(key: string, value: string): Promise<void> {
    await this.#use("store");
    this.keyring.put(key, value);
  }

  /** Something has changed, or so it is said. */
  tell(key: string): void {
    this.#onDidChange.fire({ key });
  }

  /** It takes a moment, as the real one does. */
  async #use(call: "get" | "store"): Promise<void> {
    await Promise.resolve();
    if (this.fails[call]) {
      throw new Error("The keyring is locked");
    }
  }
}

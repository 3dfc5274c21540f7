import * as v from "valibot";
import { messageOf } from "../base/errors";
import { type Event } from "../base/event";
import type { Logger } from "../base/log";
import { validateJson } from "../protocol/validate";

/** The part of VS Code's SecretStorage that is needed. */
export interface Secrets {
  get(key: string): Thenable<string | undefined>;
  store(key: string, value: string): Thenable<void>;
  delete(key: string): Thenable<void>;
  onDidChange: Event<{ key: string }>;
}

const credentialSchema = v.object({
  version: v.literal(1),
  /** Goes up with every change, so that windows can tell the newer record without trusting change events. */
  generation: v.number(),
  serverUrl: v.string(),
  accessToken: v.string(),
  refreshToken: v.string(),
  /** Of the access token; milliseconds since 1970. */
  expiresAt: v.number(),
  user: v.object({ id: v.string(), email: v.string() }),
  signedInAt: v.number(),
  refreshedAt: v.number(),
});
export type Credential = v.InferOutput<typeof credentialSchema>;

const key = "failproof.credential";

/**
 * The one record of who is signed in, in SecretStorage only. Where no keyring
 * is to be had the record lives in memory, for this run; `isPersistent` says
 * which, so that the user can be told once.
 */
export class TokenStore {
  /** What holds instead of the stored record, since the storage did not take it; null: nobody is signed in. */
  #inMemory: Credential | null | undefined;
  /** What was last read or written: it holds while the storage cannot be read. */
  #lastKnown: Credential | undefined;
  #isPersistent = true;

  constructor(private readonly deps: { secrets: Secrets; log: Logger }) {}

  get isPersistent(): boolean {
    return this.#isPersistent;
  }

  readonly onDidChange: Event<void> = (listener) =>
    this.deps.secrets.onDidChange((change) => {
      if (change.key === key) {
        listener();
      }
    });

  async read(): Promise<Credential | undefined> {
    if (this.#inMemory !== undefined) {
      return this.#inMemory ?? undefined;
    }
    try {
      const text = await this.deps.secrets.get(key);
      this.#lastKnown =
        text === undefined ? undefined : validateJson(credentialSchema, text);
    } catch (error) {
      this.deps.log.warn(`Reading the secret storage: ${messageOf(error)}`);
    }
    return this.#lastKnown;
  }

  async write(credential: Credential): Promise<void> {
    this.#lastKnown = credential;
    try {
      await this.deps.secrets.store(key, JSON.stringify(credential));
      this.#inMemory = undefined;
      this.#isPersistent = true;
    } catch (error) {
      this.deps.log.warn(`Writing the secret storage: ${messageOf(error)}`);
      this.#inMemory = credential;
      this.#isPersistent = false;
    }
  }

  async clear(): Promise<void> {
    this.#lastKnown = undefined;
    // Until the storage has let go of it, too: a read meanwhile must not bring it back.
    this.#inMemory = null;
    try {
      await this.deps.secrets.delete(key);
      this.#inMemory = undefined;
    } catch (error) {
      this.deps.log.warn(`Clearing the secret storage: ${messageOf(error)}`);
    }
  }
}

import { type Clock, sleep } from "../base/clock";
import { messageOf } from "../base/errors";
import type { Event } from "../base/event";
import { isRecord, parseJson } from "../base/json";
import type { Logger } from "../base/log";
import { validate } from "../protocol/validate";
import { type StoredRecord, storedRecordSchema } from "./credential";

/** The part of VS Code's SecretStorage that is needed. */
export interface Secrets {
  get(key: string): Thenable<string | undefined>;
  store(key: string, value: string): Thenable<void>;
  onDidChange: Event<{ key: string }>;
}

/** What is known of one server's record. */
export interface Stored {
  /** Undefined: there is none, or none that this version understands. */
  record: StoredRecord | undefined;
  /** The highest generation known, of a record that was not understood too; 0 when there is none. */
  generation: number;
  /** False: the storage could not be read, and this is what it last said. */
  isCertain: boolean;
}

export interface TokenStoreDeps {
  secrets: Secrets;
  clock: Clock;
  log: Logger;
}

const keyPrefix = "failproof.credential:";

/** A keyring that asks for its password answers when somebody has typed it, perhaps never. */
const storageTimeoutMs = 5_000;

/** A record that the storage did not take, and the text over which it holds; null: not known. */
interface Held {
  record: StoredRecord;
  over: string | undefined | null;
}

/**
 * The records of who is signed in, one for each server, in SecretStorage only.
 * Where no keyring is to be had a record lives in memory, for this run;
 * `isPersistent` says which, so that the user can be told once.
 */
export class TokenStore {
  readonly #held = new Map<string, Held>();
  /** What was last read or written: it holds while the storage cannot be read. */
  readonly #known = new Map<string, { text: string | undefined } & Parsed>();

  #isReadable = true;

  constructor(private readonly deps: TokenStoreDeps) {}

  /** False while a sign-in would not outlive this run. */
  get isPersistent(): boolean {
    return [...this.#held.values()].every(
      ({ record }) => record.kind === "signedOut",
    );
  }

  /** Some record may have changed: VS Code's events come twice, or not at all. */
  readonly onDidChange: Event<void> = (listener) =>
    this.deps.secrets.onDidChange((change) => {
      if (change.key.startsWith(keyPrefix)) {
        listener();
      }
    });

  async read(serverUrl: string): Promise<Stored> {
    const before = this.#known.get(serverUrl);
    let text: string | undefined;
    try {
      text = await this.#inTime(this.deps.secrets.get(keyPrefix + serverUrl));
      this.#isReadable = true;
    } catch (error) {
      return this.#unread(serverUrl, error);
    }
    const known = this.#known.get(serverUrl);
    const { record, generation } =
      // What was written while it was read is newer than what it found.
      known && known !== before ? known : this.#newer(serverUrl, text);
    return { record, generation, isCertain: true };
  }

  /** Never throws: a record that the storage does not take is kept in memory. */
  async write(record: StoredRecord): Promise<void> {
    const { serverUrl } = record;
    const text = JSON.stringify(record);
    try {
      await this.#inTime(this.deps.secrets.store(keyPrefix + serverUrl, text));
      this.#held.delete(serverUrl);
      this.#known.set(serverUrl, { text, ...asParsed(record) });
    } catch (error) {
      this.deps.log.warn(`Writing the secret storage: ${messageOf(error)}`);
      const known = this.#known.get(serverUrl);
      this.#held.set(serverUrl, { record, over: known ? known.text : null });
    }
  }

  #unread(serverUrl: string, error: unknown): Stored {
    if (this.#isReadable) {
      // Once: it is read every other second.
      this.deps.log.warn(`Reading the secret storage: ${messageOf(error)}`);
    }
    this.#isReadable = false;
    const held = this.#held.get(serverUrl);
    const { record, generation } = held
      ? asParsed(held.record)
      : (this.#known.get(serverUrl) ?? nothing);
    return { record, generation, isCertain: held !== undefined };
  }

  /** What is held in memory gives way only to what another window has stored since. */
  #newer(serverUrl: string, text: string | undefined): Parsed {
    const held = this.#held.get(serverUrl);
    if (held) {
      held.over = held.over === null ? text : held.over;
      if (held.over === text) {
        return asParsed(held.record);
      }
      this.#held.delete(serverUrl);
    }
    const known = this.#known.get(serverUrl);
    if (known && known.text === text) {
      return known;
    }
    if (text === undefined && known?.record) {
      this.#putBack(known.record);
      return known;
    }
    const parsed = this.#parse(serverUrl, text);
    this.#known.set(serverUrl, { text, ...parsed });
    return parsed;
  }

  /**
   * A sign-out is a record, too: one that is not there any more was lost. VS
   * Code deletes what it could not decrypt. It is stored again once, and held
   * in memory until it has been read back: a storage that loses everything
   * must not be written to for ever.
   */
  #putBack(record: StoredRecord): void {
    const { serverUrl } = record;
    this.deps.log.warn("The stored sign-in was lost, and is put back.");
    this.#held.set(serverUrl, { record, over: undefined });
    Promise.resolve(
      this.deps.secrets.store(keyPrefix + serverUrl, JSON.stringify(record)),
    ).catch((error: unknown) => {
      this.deps.log.warn(`Writing the secret storage: ${messageOf(error)}`);
    });
  }

  /** Told in the log only when it is new: the same text is not parsed twice. */
  #parse(serverUrl: string, text: string | undefined): Parsed {
    if (text === undefined) {
      return nothing;
    }
    const value = parseJson(text);
    const record = validate(storedRecordSchema, value);
    if (record?.serverUrl === serverUrl) {
      return asParsed(record);
    }
    this.deps.log.warn(
      "The stored sign-in is not understood. It counts as signed out, and stays as it is until the next sign-in.",
    );
    const generation = isRecord(value) ? value["generation"] : undefined;
    const isUsable = Number.isSafeInteger(generation);
    return {
      record: undefined,
      generation: isUsable && typeof generation === "number" ? generation : 0,
    };
  }

  async #inTime<T>(call: Thenable<T>): Promise<T> {
    const answered = new AbortController();
    try {
      return await Promise.race([call, this.#tooLate(answered.signal)]);
    } finally {
      answered.abort();
    }
  }

  async #tooLate(answered: AbortSignal): Promise<never> {
    await sleep(this.deps.clock, storageTimeoutMs, answered);
    throw new Error(`No answer within ${storageTimeoutMs} ms`);
  }
}

interface Parsed {
  record: StoredRecord | undefined;
  generation: number;
}

const nothing: Parsed = { record: undefined, generation: 0 };

function asParsed(record: StoredRecord): Parsed {
  return { record, generation: record.generation };
}

import { fullJitterMs } from "../base/backoff";
import { messageOf } from "../base/errors";
import { Emitter } from "../base/event";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import {
  type Credential,
  credentialOf,
  dueAt,
  isDue,
  isSameRecord,
  type StoredRecord,
  type TokensCredential,
} from "./credential";
import { Refresher, type RefresherDeps, signedOutAfter } from "./refresher";

export interface RecordKeeperDeps extends RefresherDeps {
  /** [0, 1). */
  random: () => number;
}

/**
 * How often the stored record is looked at while somebody is signed in. A
 * sign-out must be known in every window within 2 s, and VS Code's events are
 * skipped at times, so only looking bounds it. A look is one read of a short
 * string, compared as text and parsed only when it is new. The same look finds
 * that the machine has slept or that its clock was set, which no timer tells.
 */
const lookMs = 1_500;
/** Nothing waits for a sign-in that was made in another window and whose event was skipped. */
const signedOutLookMs = 15_000;

/** Before a refresh that failed is tried again, jitter beside: servers count their grace for lost answers in seconds. */
const leastRetryMs = 1_000;
const retryBackoff = { baseMs: 1_000, maxMs: 60_000 };

/**
 * Keeps this window in step with the stored record of one server, and the
 * stored record fresh. It ends a sign-in for nothing but the user's word or
 * the server's `invalid_grant`.
 */
export class RecordKeeper extends Disposable {
  readonly #onDidChange = this.register(new Emitter<void>());
  /** Another sign-in, other tokens, or offline and back. */
  readonly onDidChange = this.#onDidChange.event;
  readonly #refresher: Refresher;
  readonly #end = new AbortController();
  #wantedServer = "";
  /** The server that `#record` is of; undefined until it has been read once. */
  #server: string | undefined;
  #record: StoredRecord | undefined;
  /** Counts what has been adopted, so that a read that began before is told from one after. */
  #changes = 0;
  /** Sign-ins that ended here: a refresh elsewhere that was under way must not bring them back. */
  readonly #ended = new Set<string>();
  #signOutsUnderWay = 0;
  #offline: { since: number; failures: number; waitMs: number } | undefined;
  #refreshing: Promise<void> | undefined;
  /** An access token that is to be replaced though it is not due. */
  #unwanted: string | undefined;
  #timer: DisposableLike | undefined;

  constructor(private readonly deps: RecordKeeperDeps) {
    super();
    this.#refresher = new Refresher(deps);
    this.register(
      deps.store.onDidChange(() => this.#inBackground(this.reload())),
    );
    this.register({
      dispose: () => {
        this.#end.abort();
        this.#timer?.dispose();
      },
    });
  }

  get credential(): Credential | undefined {
    return credentialOf(this.#record);
  }

  /** The session is kept, but could not be refreshed. */
  get isOffline(): boolean {
    return this.#offline !== undefined;
  }

  get isLoaded(): boolean {
    return this.#server === this.#wantedServer;
  }

  /** The tokens should be replaced before they are used, and nothing forbids to try it now. */
  get needsRefresh(): boolean {
    const tokens = this.#tokens;
    return (
      tokens !== undefined &&
      (tokens.accessToken === this.#unwanted ||
        isDue(tokens, this.deps.clock.now())) &&
      (this.#refreshing !== undefined || this.#mayRetry)
    );
  }

  /** From now on the record of this server; "" for none. */
  async follow(server: string): Promise<void> {
    this.#wantedServer = server;
    await this.reload();
  }

  /** Adopts what is stored. */
  async reload(): Promise<void> {
    const server = this.#wantedServer;
    const changes = this.#changes;
    const record =
      server === "" ? undefined : (await this.deps.store.read(server)).record;
    if (this.isDisposed) {
      return;
    }
    if (server !== this.#wantedServer || changes !== this.#changes) {
      // It changed while the storage was read: what was read may be older.
      return this.reload();
    }
    this.#adopt(server, record);
  }

  /** Stores a new sign-in, and adopts it where it is the followed server's. */
  async put(
    server: string,
    make: (generation: number) => Credential,
  ): Promise<void> {
    const write = async () => {
      const record = make((await this.#lastGeneration(server)) + 1);
      await this.deps.store.write(record);
      if (server === this.#wantedServer) {
        this.#adopt(server, record);
      }
      return true;
    };
    // A refresh that is under way elsewhere must not be stored over it. One that hangs is not waited for.
    const { signal } = this.#end;
    const isDone = await this.#refresher.withLock(server, signal, write);
    if (!isDone) {
      await write();
    }
  }

  /** Local state first: it is gone whatever the storage and the server do. Revoking is best effort. */
  async signOut(): Promise<void> {
    if (!this.isLoaded) {
      await this.reload();
    }
    const server = this.#wantedServer;
    const before = this.credential;
    const generation = this.#record?.generation ?? 0;
    this.#signOutsUnderWay += 1;
    try {
      this.#markEnded(before);
      this.#adopt(server, undefined);
      await this.#endStored(server, before, generation);
    } finally {
      this.#signOutsUnderWay -= 1;
    }
  }

  /**
   * Gets fresh tokens in place of the current ones, once however many ask at
   * the same time. Settles when that is done or has failed; never rejects for it.
   */
  async refresh(): Promise<void> {
    const replace = this.#tokens?.accessToken;
    if (replace === undefined) {
      return;
    }
    this.#unwanted = replace;
    if (this.#refreshing) {
      await this.#refreshing;
      if (this.#tokens?.accessToken !== replace || this.#offline) {
        return;
      }
    }
    this.#refreshing ??= this.#refreshNow(replace).finally(() => {
      this.#refreshing = undefined;
      this.#plan();
    });
    this.#plan();
    await this.#refreshing;
  }

  get #tokens(): TokensCredential | undefined {
    return this.#record?.kind === "tokens" ? this.#record : undefined;
  }

  /** A clock that was set back must not make the wait longer. */
  get #mayRetry(): boolean {
    const now = this.deps.clock.now();
    const offline = this.#offline;
    return (
      !offline || now >= offline.since + offline.waitMs || now < offline.since
    );
  }

  async #refreshNow(replace: string): Promise<void> {
    const server = this.#wantedServer;
    const changes = this.#changes;
    const { signal } = this.#end;
    const end = await this.#refresher.refresh(server, replace, signal);
    if (this.isDisposed || server !== this.#wantedServer) {
      return;
    }
    if (changes === this.#changes && end.kind === "offline") {
      this.#stayOffline(end.detail);
    } else {
      // Whoever has stored, refreshed or signed out meanwhile: the storage has what holds.
      await this.reload();
    }
  }

  #stayOffline(detail: string): void {
    this.deps.log.warn(`The session was not refreshed: ${detail}`);
    const failures = this.#offline?.failures ?? 0;
    const jitterMs = fullJitterMs(failures, retryBackoff, this.deps.random);
    this.#offline = {
      since: this.deps.clock.now(),
      failures: failures + 1,
      waitMs: leastRetryMs + jitterMs,
    };
    if (failures === 0) {
      this.#onDidChange.fire();
    }
  }

  #adopt(server: string, record: StoredRecord | undefined): void {
    if (this.isDisposed) {
      return;
    }
    const before = this.credential;
    const wasEnded = this.#isEnded(record);
    const next = wasEnded ? undefined : record;
    this.#server = server;
    if (wasEnded && this.#signOutsUnderWay === 0) {
      this.#inBackground(this.#endStored(server, undefined, 0));
    }
    if (!isSameRecord(next, this.#record)) {
      this.#changes += 1;
      this.#record = next;
      this.#offline = undefined;
    }
    this.#plan();
    if (!isSameRecord(before, this.credential)) {
      this.#onDidChange.fire();
    }
  }

  /** Stores that nobody is signed in, over a sign-in that has ended here, and tells the server. */
  async #endStored(
    server: string,
    known: Credential | undefined,
    knownGeneration: number,
  ): Promise<void> {
    const { record, generation } = await this.deps.store.read(server);
    const ended = credentialOf(record) ?? known;
    if (!ended || (!known && !this.#isEnded(ended))) {
      return;
    }
    this.#markEnded(ended);
    const last = Math.max(generation, knownGeneration);
    await this.deps.store.write(
      signedOutAfter({ serverUrl: server, generation: last }),
    );
    if (ended.kind === "tokens") {
      await this.#refresher.revoke(server, ended.refreshToken);
    }
  }

  #markEnded(credential: Credential | undefined): void {
    if (credential) {
      this.#ended.add(credential.signInId);
    }
  }

  #isEnded(record: StoredRecord | undefined): boolean {
    const credential = credentialOf(record);
    return credential !== undefined && this.#ended.has(credential.signInId);
  }

  /** The storage may have lost what this window still knows. */
  async #lastGeneration(server: string): Promise<number> {
    const { generation } = await this.deps.store.read(server);
    const own = server === this.#server ? this.#record?.generation : undefined;
    return Math.max(generation, own ?? 0);
  }

  /** When to look next: now and then, and at the moment when there is something to do. */
  #plan(): void {
    this.#timer?.dispose();
    if (this.isDisposed || this.#wantedServer === "") {
      return;
    }
    const { clock } = this.deps;
    let waitMs = this.credential ? lookMs : signedOutLookMs;
    if (this.#tokens && !this.#refreshing) {
      const nextAt = this.#offline
        ? this.#offline.since + this.#offline.waitMs
        : dueAt(this.#tokens);
      waitMs = Math.min(waitMs, Math.max(0, nextAt - clock.now()));
    }
    this.#timer = clock.schedule(waitMs, () =>
      this.#inBackground(this.#look()),
    );
  }

  async #look(): Promise<void> {
    await this.reload();
    if (this.needsRefresh && !this.#refreshing) {
      await this.refresh();
    }
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.deps.log.error(`The account: ${messageOf(error)}`);
    });
  }
}

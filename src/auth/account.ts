import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { Emitter } from "../base/event";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { AuthApi, RefreshOutcome, User } from "./authApi";
import type { SignedIn } from "./deviceFlow";
import type { Credential, TokenStore } from "./tokenStore";

/** Who is signed in, and where. `isOffline`: the session is kept, but could not be refreshed. */
export type AccountState =
  | { kind: "signedOut" }
  | {
      kind: "signedIn";
      user: User;
      serverUrl: string;
      /** Of the access token; milliseconds since 1970. */
      expiresAt: number;
      refreshedAt: number;
      isOffline: boolean;
    };

/** What the relay is given: never the refresh token. */
export interface AccessCredential {
  serverUrl: string;
  accessToken: string;
}

export interface AccountDeps {
  store: TokenStore;
  /** The calls of a server; throws AppError when a local one does not start. */
  createApi(serverUrl: string): Promise<Pick<AuthApi, "refresh" | "logout">>;
  clock: Clock;
  log: Logger;
}

/** The contract's number: an access token is replaced this long before its end. */
const refreshAheadMs = 300_000;
const retryRefreshMs = 30_000;
/** However short the life that a server gives its tokens, they are not replaced more often. */
const leastRefreshIntervalMs = 1_000;
/** setTimeout's limit is 24.8 days; looking once a day costs nothing. */
const longestWaitMs = 86_400_000;

/**
 * The account of this window: what the stored record says, kept fresh. It
 * signs nobody out but for the user's word or the server's `invalid_grant`.
 */
export class Account extends Disposable {
  readonly #onDidChange = this.register(new Emitter<AccountState>());
  readonly onDidChange = this.#onDidChange.event;
  #credential: Credential | undefined;
  #isOffline = false;
  #refreshing: Promise<void> | undefined;
  #timer: DisposableLike | undefined;

  constructor(private readonly deps: AccountDeps) {
    super();
    this.register(deps.store.onDidChange(() => void this.reload()));
    this.register({ dispose: () => this.#timer?.dispose() });
  }

  get state(): AccountState {
    const credential = this.#credential;
    return credential
      ? {
          kind: "signedIn",
          user: credential.user,
          serverUrl: credential.serverUrl,
          expiresAt: credential.expiresAt,
          refreshedAt: credential.refreshedAt,
          isOffline: this.#isOffline,
        }
      : { kind: "signedOut" };
  }

  /** The access token if it is still good; nothing is sent with one known to be dead. */
  get accessCredential(): AccessCredential | undefined {
    const credential = this.#credential;
    return credential && credential.expiresAt > this.deps.clock.now()
      ? {
          serverUrl: credential.serverUrl,
          accessToken: credential.accessToken,
        }
      : undefined;
  }

  /** Adopts what is stored: at start, and when another window has changed it. */
  async reload(): Promise<void> {
    const before = this.#credential;
    const stored = await this.deps.store.read();
    if (this.isDisposed) {
      return;
    }
    if (before !== this.#credential) {
      // It changed while the storage was read: what was read may be older.
      return this.reload();
    }
    if (!isSameRecord(stored, before)) {
      this.#adopt(stored);
    }
  }

  async signIn(serverUrl: string, { tokens, user }: SignedIn): Promise<void> {
    const now = this.deps.clock.now();
    const before = await this.deps.store.read();
    await this.#store({
      version: 1,
      generation: (before?.generation ?? 0) + 1,
      serverUrl,
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken,
      expiresAt: now + tokens.expiresInMs,
      user,
      signedInAt: now,
      refreshedAt: now,
    });
  }

  /** Local state first: it is gone whatever the server does. Revoking is best effort. */
  async signOut(): Promise<void> {
    const credential = this.#credential;
    await this.deps.store.clear();
    this.#adopt(undefined);
    if (credential) {
      await this.#revoke(credential.serverUrl, credential.refreshToken);
    }
  }

  /** Gets a fresh access token now, once however many ask at the same time. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const mine = this.#credential;
    const stored = await this.deps.store.read();
    if (!mine || !stored || !isSameRecord(stored, mine)) {
      // Another window was faster: its record is the newer one.
      await this.reload();
      return;
    }
    const outcome = await this.#askServer(stored);
    const current = await this.deps.store.read();
    if (!isSameRecord(current, stored)) {
      // Meanwhile somebody signed out, or in, or another window was faster: that holds.
      if (!current && outcome.kind === "refreshed") {
        await this.#revoke(stored.serverUrl, outcome.tokens.refreshToken);
      }
      await this.reload();
      return;
    }
    await this.#apply(outcome, stored);
  }

  async #apply(outcome: RefreshOutcome, before: Credential): Promise<void> {
    switch (outcome.kind) {
      case "refreshed": {
        const now = this.deps.clock.now();
        await this.#store({
          ...before,
          generation: before.generation + 1,
          accessToken: outcome.tokens.accessToken,
          refreshToken: outcome.tokens.refreshToken,
          expiresAt: now + outcome.tokens.expiresInMs,
          refreshedAt: now,
        });
        break;
      }
      case "invalid":
        this.deps.log.warn("The server has ended the session; sign in again.");
        await this.deps.store.clear();
        this.#adopt(undefined);
        break;
      case "retryable":
        this.deps.log.warn(`The session was not refreshed: ${outcome.detail}`);
        this.#stayOffline();
    }
  }

  #stayOffline(): void {
    if (!this.isDisposed) {
      this.#isOffline = true;
      this.#scheduleRefresh(retryRefreshMs);
      this.#onDidChange.fire(this.state);
    }
  }

  async #askServer(credential: Credential): Promise<RefreshOutcome> {
    try {
      const api = await this.deps.createApi(credential.serverUrl);
      return await api.refresh(credential.refreshToken);
    } catch (error) {
      return { kind: "retryable", detail: messageOf(error) };
    }
  }

  async #revoke(serverUrl: string, refreshToken: string): Promise<void> {
    try {
      const api = await this.deps.createApi(serverUrl);
      await api.logout(refreshToken);
    } catch (error) {
      this.deps.log.warn(`The server was not told: ${messageOf(error)}`);
    }
  }

  /** Stored before used: a token that is lost in a crash could not be refreshed. */
  async #store(credential: Credential): Promise<void> {
    await this.deps.store.write(credential);
    this.#adopt(credential);
  }

  #adopt(credential: Credential | undefined): void {
    if (this.isDisposed) {
      return;
    }
    this.#credential = credential;
    this.#isOffline = false;
    this.#timer?.dispose();
    if (credential) {
      const { expiresAt, refreshedAt } = credential;
      // A token that lives for less than twice that is replaced at half its life.
      const aheadMs = Math.min(refreshAheadMs, (expiresAt - refreshedAt) / 2);
      const dueAt = Math.max(
        expiresAt - aheadMs,
        refreshedAt + leastRefreshIntervalMs,
      );
      this.#scheduleRefresh(dueAt - this.deps.clock.now());
    }
    this.#onDidChange.fire(this.state);
  }

  #scheduleRefresh(delayMs: number): void {
    this.#timer?.dispose();
    const waitMs = Math.min(Math.max(delayMs, 0), longestWaitMs);
    this.#timer = this.deps.clock.schedule(waitMs, () => {
      if (waitMs < delayMs) {
        this.#scheduleRefresh(delayMs - waitMs);
      } else {
        void this.refresh();
      }
    });
  }
}

/** Generations start anew after a sign-out: the number alone does not tell two records apart. */
function isSameRecord(
  one: Credential | undefined,
  other: Credential | undefined,
): boolean {
  return (
    one?.generation === other?.generation &&
    one?.serverUrl === other?.serverUrl &&
    one?.accessToken === other?.accessToken
  );
}

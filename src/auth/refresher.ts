import { type Clock, sleep } from "../base/clock";
import { messageOf } from "../base/errors";
import type { DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { AuthApi, RefreshOutcome } from "./authApi";
import {
  credentialOf,
  isDue,
  isSameRecord,
  type StoredRecord,
  type TokensCredential,
} from "./credential";
import type { TokenStore } from "./tokenStore";

export interface RefresherDeps {
  store: TokenStore;
  /** The calls of a server; throws AppError when a local one does not start. */
  createApi(serverUrl: string): Promise<Pick<AuthApi, "refresh" | "logout">>;
  /**
   * Waits for the machine-wide lock on this server's record; undefined once
   * the signal has ended the wait.
   */
  acquireLock: (
    serverUrl: string,
    signal: AbortSignal,
  ) => Promise<DisposableLike | undefined>;
  clock: Clock;
  log: Logger;
}

/** `stored`: the storage has what holds now, whoever put it there. `offline`: nothing has changed. */
export type RefreshEnd =
  { kind: "stored" } | { kind: "offline"; detail: string };

/** `orphan`: a refresh token that nobody will store, to be revoked. */
interface Replaced {
  end: RefreshEnd;
  orphan?: string;
}

/** Of one call (10 s) and two accesses to the storage the holder needs no more; beyond, it hangs. */
const lockTimeoutMs = 15_000;

/** A server on this machine may have to be started to be told; nobody waits for that. */
const revokeTimeoutMs = 3_000;

/**
 * Replaces a stored access token, one process of the machine at a time: takes
 * the lock, reads what is stored, asks the server only if that is still what
 * is to be replaced, and stores the answer before anyone uses it.
 */
export class Refresher {
  constructor(private readonly deps: RefresherDeps) {}

  /** `replace` is the access token that will not do; another one that is stored and not due will. */
  async refresh(
    serverUrl: string,
    replace: string,
    signal: AbortSignal,
  ): Promise<RefreshEnd> {
    const isDone = (record: StoredRecord | undefined) =>
      record?.kind !== "tokens" ||
      (record.accessToken !== replace && !isDue(record, this.deps.clock.now()));
    const { record } = await this.deps.store.read(serverUrl);
    if (isDone(record)) {
      // Another window was faster. Looking first spares a crowd of windows the queue for the lock.
      return { kind: "stored" };
    }
    const work = async (): Promise<Replaced> => {
      const stored = (await this.deps.store.read(serverUrl)).record;
      return stored?.kind !== "tokens" || isDone(stored)
        ? { end: { kind: "stored" } }
        : this.#replace(stored);
    };
    const locked = await this.withLock(serverUrl, signal, work);
    if (!locked) {
      return { kind: "offline", detail: "Another window holds the lock" };
    }
    if (locked.orphan !== undefined) {
      await this.revoke(serverUrl, locked.orphan);
    }
    return locked.end;
  }

  /** Best effort, and soon over; never throws. */
  async revoke(serverUrl: string, refreshToken: string): Promise<void> {
    const over = new AbortController();
    const tell = async () => {
      try {
        const api = await this.deps.createApi(serverUrl);
        if (!over.signal.aborted) {
          await api.logout(refreshToken);
        }
      } catch (error) {
        this.deps.log.warn(`The server was not told: ${messageOf(error)}`);
      }
    };
    const late = sleep(this.deps.clock, revokeTimeoutMs, over.signal);
    await Promise.race([tell(), late]);
    over.abort();
  }

  /** Undefined: the lock was not to be had in time, or the signal ended the wait; nothing was done. */
  async withLock<T>(
    serverUrl: string,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    const lock = await this.#lock(serverUrl, signal);
    try {
      return lock && (await work());
    } finally {
      lock?.dispose();
    }
  }

  /** A lock that comes after the wait has ended is given back at once. */
  #lock(
    serverUrl: string,
    signal: AbortSignal,
  ): Promise<DisposableLike | undefined> {
    const { acquireLock, clock, log } = this.deps;
    const wait = new AbortController();
    return new Promise((resolve) => {
      let isOver = false;
      const end = (lock?: DisposableLike) => {
        if (isOver) {
          lock?.dispose();
          return;
        }
        isOver = true;
        timeout.dispose();
        signal.removeEventListener("abort", giveUp);
        resolve(lock);
      };
      const giveUp = () => {
        wait.abort();
        end();
      };
      const timeout = clock.schedule(lockTimeoutMs, giveUp);
      signal.addEventListener("abort", giveUp, { once: true });
      if (signal.aborted) {
        giveUp();
        return;
      }
      acquireLock(serverUrl, wait.signal).then(end, (error: unknown) => {
        log.warn(`The lock was not taken: ${messageOf(error)}`);
        end();
      });
    });
  }

  async #replace(stored: TokensCredential): Promise<Replaced> {
    const { store, clock, log } = this.deps;
    const outcome = await this.#askServer(stored);
    const { record, isCertain } = await store.read(stored.serverUrl);
    if (!isSameRecord(record, stored)) {
      // Meanwhile somebody has signed out, or in: that holds, and what came of the old sign-in is nobody's.
      const isOrphan =
        outcome.kind === "refreshed" &&
        credentialOf(record)?.signInId !== stored.signInId;
      return {
        end: { kind: "stored" },
        ...(isOrphan ? { orphan: outcome.tokens.refreshToken } : {}),
      };
    }
    switch (outcome.kind) {
      case "refreshed": {
        const now = clock.now();
        const { accessToken, refreshToken, expiresInMs } = outcome.tokens;
        const next = {
          ...stored,
          ...{ accessToken, refreshToken, refreshedAt: now },
          generation: stored.generation + 1,
          expiresAt: now + expiresInMs,
        };
        await store.write(next);
        return { end: { kind: "stored" } };
      }
      case "invalid": {
        if (!isCertain) {
          // Another window may have stored what is good: nobody is signed out on a guess.
          const detail = "The server refused, and the storage cannot be read";
          return { end: { kind: "offline", detail } };
        }
        log.warn("The server has ended the session; sign in again.");
        await store.write(signedOutAfter(stored));
        return { end: { kind: "stored" } };
      }
      case "retryable":
        return { end: { kind: "offline", detail: outcome.detail } };
    }
  }

  async #askServer(credential: TokensCredential): Promise<RefreshOutcome> {
    try {
      const api = await this.deps.createApi(credential.serverUrl);
      return await api.refresh(credential.refreshToken);
    } catch (error) {
      return { kind: "retryable", detail: messageOf(error) };
    }
  }
}

/** The record that says that nobody is signed in any more. */
export function signedOutAfter({
  serverUrl,
  generation,
}: Pick<StoredRecord, "serverUrl" | "generation">): StoredRecord {
  return {
    version: 2,
    kind: "signedOut",
    serverUrl,
    generation: generation + 1,
  };
}

import { randomUUID } from "node:crypto";
import type { Clock } from "../../base/clock";
import { Emitter } from "../../base/event";
import type { CloudStore, TokenKind, User } from "../store/store";
import {
  deadCodeMs,
  type Lifetimes,
  refreshTokenMs,
  repeatGraceMs,
} from "./lifetimes";
import {
  derivedToken,
  hashOf,
  type RandomBytes,
  randomApiKey,
  randomToken,
} from "./secrets";

export interface TokensDeps {
  readonly store: CloudStore;
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  readonly randomBytes: RandomBytes;
}

/** As the contract sends it. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  /** Seconds until the access token ends. */
  readonly expires_in: number;
}

/** Who may use a credential, and until when; milliseconds since 1970, UTC. */
export interface Holder {
  readonly user: User;
  readonly expiresAt: number;
}

/**
 * Issues, rotates and revokes tokens. It knows nothing of how someone signed
 * in: every kind of sign-in ends with a one-time secret (a device code or an
 * authorization code) that `open` turns into tokens, or with a key.
 *
 * A repeated refresh must give the same successor, yet the disk holds hashes
 * only. So a successor is not stored but derived: HMAC-SHA-256 of the token
 * that was presented, keyed with a secret of this server. Neither the file
 * alone nor a stolen token alone yields it; unlike a copy kept in memory for
 * the grace time, it outlives a restart, when repeated requests are likeliest.
 */
export class Tokens {
  readonly #deps: TokensDeps;
  readonly #secret: Uint8Array;
  readonly #ended = new Emitter<void>();

  /** Some sign-in has ended: whoever relies on a credential looks again. */
  readonly onDidEnd = this.#ended.event;

  constructor(deps: TokensDeps) {
    this.#deps = deps;
    this.#secret = deps.store.serverSecret();
  }

  /** Begins a sign-in; `oneTimeSecret` is what the client redeemed for it. */
  open(
    userId: string,
    oneTimeSecret: string,
    grantId: string = randomUUID(),
  ): TokenAnswer {
    const { store } = this.#deps;
    const refresh = derivedToken(this.#secret, oneTimeSecret);
    return store.transaction(() => {
      const owner = { userId, grantId };
      this.#addRefresh(refresh, owner);
      return this.#answer(refresh, owner);
    });
  }

  /** Begins a sign-in with an API key: an access token that does not expire, and that nothing refreshes. */
  openKey(userId: string, grantId: string): string {
    const key = randomApiKey(this.#deps.randomBytes);
    this.#add(key, "access", { userId, grantId }, Number.MAX_SAFE_INTEGER);
    return key;
  }

  /** `open` again for a client whose answer got lost; undefined once the tokens were used or a minute has passed. */
  reopen(oneTimeSecret: string): TokenAnswer | undefined {
    const { store, clock } = this.#deps;
    const refresh = derivedToken(this.#secret, oneTimeSecret);
    const row = store.findToken(hashOf(refresh), "refresh");
    if (!row || row.rotatedAt !== null) {
      return undefined;
    }
    const openedAt = row.expiresAt - refreshTokenMs;
    return clock.now() <= openedAt + repeatGraceMs
      ? this.#answer(refresh, row)
      : undefined;
  }

  /**
   * Exchanges a refresh token for its successor. The immediately previous one
   * is honoured for `repeatGraceMs`, with the same successor; one whose
   * successor has itself been replaced is not. Undefined: sign in again.
   */
  refresh(presented: string): TokenAnswer | undefined {
    const { store, clock } = this.#deps;
    const now = clock.now();
    return store.transaction(() => {
      const row = store.findToken(hashOf(presented), "refresh");
      if (!row || row.expiresAt < now) {
        return undefined;
      }
      const successor = derivedToken(this.#secret, presented);
      if (row.rotatedAt === null) {
        store.rotateToken(row.hash, now, now + repeatGraceMs);
        this.#addRefresh(successor, row);
      } else {
        const next = store.findToken(hashOf(successor), "refresh");
        if (!next || next.rotatedAt !== null) {
          return undefined;
        }
      }
      return this.#answer(successor, row);
    });
  }

  /** Ends the sign-in that this refresh token or API key belongs to, with all its tokens; an unknown one is no error. */
  revoke(secret: string, kind: TokenKind): void {
    const row = this.#deps.store.findToken(hashOf(secret), kind);
    if (row) {
      this.end(row.grantId);
    }
  }

  /** Ends a sign-in, with all its tokens, if it was ever begun. */
  end(grantId: string): void {
    this.#deps.store.removeGrant(grantId);
    this.#ended.fire();
  }

  /** Whose access token or API key this is, as long as it is good. */
  holderOf(bearer: string): Holder | undefined {
    const { store, clock } = this.#deps;
    const row = store.findToken(hashOf(bearer), "access");
    const user = row && store.userById(row.userId);
    return user && row.expiresAt > clock.now()
      ? { user, expiresAt: row.expiresAt }
      : undefined;
  }

  #addRefresh(token: string, owner: Owner): void {
    const expiresAt = this.#deps.clock.now() + refreshTokenMs;
    this.#add(token, "refresh", owner, expiresAt);
  }

  #add(
    token: string,
    kind: TokenKind,
    { userId, grantId }: Owner,
    expiresAt: number,
  ): void {
    this.#deps.store.addToken({
      ...{ hash: hashOf(token), kind, userId, grantId },
      ...{ expiresAt, rotatedAt: null },
    });
  }

  /** The answer with this refresh token and a fresh access token. */
  #answer(refreshToken: string, owner: Owner): TokenAnswer {
    const { store, clock, lifetimes, randomBytes } = this.#deps;
    store.prune(clock.now(), clock.now() - deadCodeMs);
    const accessToken = randomToken(randomBytes);
    const expiresAt = clock.now() + lifetimes.accessTokenSeconds * 1000;
    this.#add(accessToken, "access", owner, expiresAt);
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      expires_in: lifetimes.accessTokenSeconds,
    };
  }
}

interface Owner {
  readonly userId: string;
  readonly grantId: string;
}

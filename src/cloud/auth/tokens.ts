import { randomUUID } from "node:crypto";
import type { Clock } from "../../base/clock";
import type { CloudStore, User } from "../store/store";
import {
  deadCodeMs,
  type Lifetimes,
  refreshTokenMs,
  repeatGraceMs,
} from "./lifetimes";
import { derivedToken, hashOf, type RandomBytes, randomToken } from "./secrets";

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

/**
 * Issues, rotates and revokes tokens. It knows nothing of how someone signed
 * in: every kind of sign-in ends with a one-time secret (a device code, later
 * an authorization code) that `open` turns into tokens.
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

  constructor(deps: TokensDeps) {
    this.#deps = deps;
    this.#secret = deps.store.serverSecret();
  }

  /** Begins a sign-in; `oneTimeSecret` is what the client redeemed for it. */
  open(userId: string, oneTimeSecret: string): TokenAnswer {
    const { store } = this.#deps;
    const refresh = derivedToken(this.#secret, oneTimeSecret);
    return store.transaction(() => {
      const owner = { userId, grantId: randomUUID() };
      this.#addRefresh(refresh, owner);
      return this.#answer(refresh, owner);
    });
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

  /** Ends the sign-in that this refresh token belongs to, with all its tokens; an unknown one is no error. */
  revoke(refreshToken: string): void {
    const { store } = this.#deps;
    const row = store.findToken(hashOf(refreshToken), "refresh");
    if (row) {
      store.removeGrant(row.grantId);
    }
  }

  /** Whose access token this is, as long as it is good. */
  userOf(accessToken: string): User | undefined {
    const { store, clock } = this.#deps;
    const row = store.findToken(hashOf(accessToken), "access");
    return row && row.expiresAt > clock.now()
      ? store.userById(row.userId)
      : undefined;
  }

  #addRefresh(token: string, owner: Owner): void {
    this.#deps.store.addToken({
      hash: hashOf(token),
      kind: "refresh",
      userId: owner.userId,
      grantId: owner.grantId,
      expiresAt: this.#deps.clock.now() + refreshTokenMs,
      rotatedAt: null,
    });
  }

  /** The answer with this refresh token and a fresh access token. */
  #answer(refreshToken: string, owner: Owner): TokenAnswer {
    const { store, clock, lifetimes, randomBytes } = this.#deps;
    store.prune(clock.now(), clock.now() - deadCodeMs);
    const accessToken = randomToken(randomBytes);
    store.addToken({
      hash: hashOf(accessToken),
      kind: "access",
      userId: owner.userId,
      grantId: owner.grantId,
      expiresAt: clock.now() + lifetimes.accessTokenSeconds * 1000,
      rotatedAt: null,
    });
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

import type { DisposableLike } from "../../base/lifecycle";
import type { EventRecord } from "../../protocol/eventRecord";

/** Times everywhere here are milliseconds since 1970, UTC; hashes are SHA-256, base64url. */
export interface User {
  readonly id: string;
  readonly email: string;
}

export type TokenKind = "access" | "refresh";

export interface TokenRow {
  readonly hash: string;
  readonly kind: TokenKind;
  readonly userId: string;
  /** One sign-in: signing out ends every token that came from it. */
  readonly grantId: string;
  readonly expiresAt: number;
  /** When a refresh token was replaced by its successor. */
  readonly rotatedAt: number | null;
}

type DeviceCodeState = "pending" | "approved" | "denied" | "redeemed";

export interface DeviceCodeRow {
  readonly hash: string;
  readonly userCodeHash: string;
  readonly expiresAt: number;
  readonly intervalMs: number;
  readonly lastPolledAt: number | null;
  readonly state: DeviceCodeState;
  /** Who approved it. */
  readonly userId: string | null;
}

export interface AuthorizationCodeRow {
  readonly hash: string;
  /** Over all that the code is bound to: see AuthorizationCodes. */
  readonly bindingHash: string;
  readonly userId: string;
  /** The sign-in that the code leads to. */
  readonly grantId: string;
  readonly expiresAt: number;
  readonly isUsed: boolean;
}

/**
 * All that the server remembers. Synchronous: see Route. No method takes or
 * returns a token or a code in the clear.
 */
export interface CloudStore extends DisposableLike {
  /** Everything `run` does becomes durable together or not at all; may be nested. */
  transaction<T>(run: () => T): T;
  /** 32 random bytes made with the store, from which refresh tokens are derived. */
  serverSecret(): Uint8Array;

  /** The user of this address, made when new. */
  userByEmail(email: string, now: number): User;
  userById(id: string): User | undefined;

  addToken(row: TokenRow): void;
  findToken(hash: string, kind: TokenKind): TokenRow | undefined;
  /** Marks a refresh token as replaced, and lets it expire at `expiresAt`. */
  rotateToken(hash: string, rotatedAt: number, expiresAt: number): void;
  removeGrant(grantId: string): void;

  addDeviceCode(row: DeviceCodeRow): void;
  findDeviceCode(hash: string): DeviceCodeRow | undefined;
  findUserCode(userCodeHash: string): DeviceCodeRow | undefined;
  /** Replaces the row of the same hash. */
  updateDeviceCode(row: DeviceCodeRow): void;

  addAuthorizationCode(row: AuthorizationCodeRow): void;
  /** The code as it was; it counts as used from now on. */
  takeAuthorizationCode(hash: string): AuthorizationCodeRow | undefined;

  /** Forgets tokens that expired before `tokensBefore` and codes of either kind that did before `codesBefore`. */
  prune(tokensBefore: number, codesBefore: number): void;

  /**
   * Adds the events in one transaction, durable when it returns. Answers how
   * many were new; the user has the others already.
   */
  addEvents(
    userId: string,
    events: readonly EventRecord[],
    receivedAt: number,
  ): number;
}

import * as v from "valibot";
import type { SignedIn } from "./authApi";

/**
 * What SecretStorage holds for one server. A sign-out is a record too: it keeps
 * the generation, which would begin anew if the record were deleted, and a
 * later sign-in could then look like an old one.
 */
const common = {
  version: v.literal(2),
  /** Goes up with every change of this server's record, sign-outs included. */
  generation: v.number(),
  serverUrl: v.string(),
};
const signIn = {
  ...common,
  /** The same from a sign-in to its end, whatever is refreshed between. */
  signInId: v.string(),
  signedInAt: v.number(),
};
const userSchema = v.object({ id: v.string(), email: v.string() });

const tokensSchema = v.object({
  ...signIn,
  kind: v.literal("tokens"),
  accessToken: v.string(),
  refreshToken: v.string(),
  /** Of the access token; milliseconds since 1970, as all times here. */
  expiresAt: v.number(),
  refreshedAt: v.number(),
  user: userSchema,
});
const apiKeySchema = v.object({
  ...signIn,
  kind: v.literal("apiKey"),
  /** It has no end, and is never refreshed. */
  apiKey: v.string(),
  user: v.exactOptional(userSchema),
});
const signedOutSchema = v.object({ ...common, kind: v.literal("signedOut") });

export const storedRecordSchema = v.variant("kind", [
  tokensSchema,
  apiKeySchema,
  signedOutSchema,
]);
export type StoredRecord = v.InferOutput<typeof storedRecordSchema>;
export type TokensCredential = v.InferOutput<typeof tokensSchema>;
export type Credential = Exclude<StoredRecord, { kind: "signedOut" }>;

/** The contract's number: an access token is replaced this long before its end. */
const refreshAheadMs = 300_000;
/** However short the life that a server gives its tokens, they are not replaced more often. */
const leastRefreshIntervalMs = 1_000;

/** When the access token is to be replaced; one that lives for less than 10 minutes, at half its life. */
export function dueAt({ expiresAt, refreshedAt }: TokensCredential): number {
  const aheadMs = Math.min(refreshAheadMs, (expiresAt - refreshedAt) / 2);
  return Math.max(expiresAt - aheadMs, refreshedAt + leastRefreshIntervalMs);
}

/**
 * By this machine's clock. One that was set back takes a dead token for good
 * until the server refuses it; to distrust it here would make windows on two
 * hosts with different clocks replace each other's tokens for ever.
 */
export function isDue(credential: TokensCredential, now: number): boolean {
  return now >= dueAt(credential);
}

/** What authenticates a request: the access token or the key. */
export function secretOf(credential: Credential): string {
  return credential.kind === "tokens"
    ? credential.accessToken
    : credential.apiKey;
}

export function credentialOf(
  record: StoredRecord | undefined,
): Credential | undefined {
  return record?.kind === "signedOut" ? undefined : record;
}

/** Whether two reads gave the same record; neither the number nor an event is trusted alone. */
export function isSameRecord(
  one: StoredRecord | undefined,
  other: StoredRecord | undefined,
): boolean {
  const mine = credentialOf(one);
  const theirs = credentialOf(other);
  return (
    one?.generation === other?.generation &&
    one?.kind === other?.kind &&
    one?.serverUrl === other?.serverUrl &&
    mine?.signInId === theirs?.signInId &&
    (mine && secretOf(mine)) === (theirs && secretOf(theirs))
  );
}

/** The record of a sign-in that has just been made. */
export function newCredential(
  signedIn: SignedIn,
  now: number,
  about: { serverUrl: string; generation: number; signInId: string },
): Credential {
  const record = { version: 2, ...about, signedInAt: now } as const;
  if (signedIn.kind === "apiKey") {
    const { kind, apiKey, user } = signedIn;
    return { ...record, kind, apiKey, ...(user ? { user } : {}) };
  }
  const { kind, tokens, user } = signedIn;
  const { accessToken, refreshToken, expiresInMs } = tokens;
  const times = { expiresAt: now + expiresInMs, refreshedAt: now };
  return { ...record, kind, accessToken, refreshToken, ...times, user };
}

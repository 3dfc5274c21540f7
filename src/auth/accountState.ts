import type { User } from "./authApi";
import { type Credential, secretOf } from "./credential";

/** Who is signed in, where and with what. It holds no token, and may be shown. */
export type AccountState =
  /** `serverUrl`: the chosen server, "" when there is none. */
  | { kind: "signedOut"; serverUrl: string }
  | {
      kind: "signedIn";
      /** Not known of every key. */
      user: User | undefined;
      serverUrl: string;
      credential: CredentialFacts;
      /** The session is kept, but could not be refreshed. */
      isOffline: boolean;
      /** The server has refused the credential, and there is no other yet. */
      isRefused: boolean;
      /** A stored sign-in does not count, since the environment has a token. */
      shadowed: boolean;
    };

/** What may be said of a credential; times in milliseconds since 1970, null where it has none. */
export interface CredentialFacts {
  kind: "tokens" | "apiKey" | "environment";
  /** The first four and the last four characters, of a long enough one. */
  masked: string;
  expiresAt: number | null;
  refreshedAt: number | null;
  signedInAt: number | null;
}

/** Of a shorter secret eight characters would be most of it. */
const leastMaskedLength = 12;

/** Who is signed in, in a word: the address, or of a key that names nobody what it looks like. */
export function nameOf({
  user,
  credential,
}: {
  user: User | undefined;
  credential: Pick<CredentialFacts, "masked">;
}): string {
  return user?.email ?? `key ${credential.masked}`;
}

export function factsOf(credential: Credential): CredentialFacts {
  const isTokens = credential.kind === "tokens";
  return {
    kind: credential.kind,
    masked: masked(secretOf(credential)),
    expiresAt: isTokens ? credential.expiresAt : null,
    refreshedAt: isTokens ? credential.refreshedAt : null,
    signedInAt: credential.signedInAt,
  };
}

export function environmentFacts(token: string): CredentialFacts {
  return {
    kind: "environment",
    masked: masked(token),
    expiresAt: null,
    refreshedAt: null,
    signedInAt: null,
  };
}

function masked(secret: string): string {
  return secret.length < leastMaskedLength
    ? "…"
    : `${secret.slice(0, 4)}…${secret.slice(-4)}`;
}

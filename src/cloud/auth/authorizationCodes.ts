import { randomUUID } from "node:crypto";
import type { Clock } from "../../base/clock";
import type { CloudStore, User } from "../store/store";
import { authorizationCodeMs } from "./lifetimes";
import { hashOf, isSameSecret, type RandomBytes, randomToken } from "./secrets";
import type { TokenAnswer, Tokens } from "./tokens";

/** What a redeemed code gives: tokens that are refreshed, or a key that lasts. */
export type CodeGives = "tokens" | "api-key";

export interface AuthorizationCodesDeps {
  readonly store: CloudStore;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly gives: CodeGives;
}

/** Longer addresses are refused, in the page as in the call. */
export const maxRedirectUriLength = 2048;

/** What the browser brings along, and what its code is therefore bound to. */
export interface CodeBinding {
  readonly redirectUri: string;
  readonly state: string;
  /** RFC 7636 section 4.2, S256: the SHA-256 of the client's verifier, base64url. */
  readonly codeChallenge: string;
}

export interface CodeRedemption {
  readonly code: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeVerifier: string;
}

export type Redeemed = {
  readonly user: User;
  readonly credential: TokenAnswer | { readonly api_key: string };
};

/**
 * The codes of the browser's sign-in (RFC 6749 section 4.1, RFC 7636). A code
 * is good for one presentation, right or wrong. Another one means that two
 * hold it, and one of them has stolen it: what the first got is revoked
 * (RFC 6749 section 4.1.2).
 */
export class AuthorizationCodes {
  readonly #deps: AuthorizationCodesDeps;

  constructor(deps: AuthorizationCodesDeps) {
    this.#deps = deps;
  }

  /** A code that signs in as the user of this address. */
  issue(email: string, binding: CodeBinding): string {
    const { store, clock, randomBytes } = this.#deps;
    const code = randomToken(randomBytes);
    store.transaction(() =>
      store.addAuthorizationCode({
        hash: hashOf(code),
        bindingHash: bindingHash(binding),
        userId: store.userByEmail(email, clock.now()).id,
        grantId: randomUUID(),
        expiresAt: clock.now() + authorizationCodeMs,
        isUsed: false,
      }),
    );
    return code;
  }

  /** Undefined when the code is not good, or not for whoever presents it. */
  redeem(presented: CodeRedemption): Redeemed | undefined {
    const { store, tokens, clock, gives } = this.#deps;
    return store.transaction(() => {
      const row = store.takeAuthorizationCode(hashOf(presented.code));
      if (row?.isUsed) {
        tokens.end(row.grantId);
        return undefined;
      }
      const user = row && store.userById(row.userId);
      if (!user || row.expiresAt <= clock.now() || !fits(row, presented)) {
        return undefined;
      }
      const { code } = presented;
      const credential =
        gives === "api-key"
          ? { api_key: tokens.openKey(user.id, row.grantId) }
          : tokens.open(user.id, code, row.grantId);
      return { user, credential };
    });
  }
}

function fits(row: { bindingHash: string }, presented: CodeRedemption) {
  const { redirectUri, state, codeVerifier } = presented;
  const codeChallenge = hashOf(codeVerifier);
  const found = bindingHash({ redirectUri, state, codeChallenge });
  return isSameSecret(row.bindingHash, found);
}

/** One hash over everything: nothing of it is stored in the clear, and one comparison covers all. */
function bindingHash({ redirectUri, state, codeChallenge }: CodeBinding) {
  return hashOf(JSON.stringify([redirectUri, state, codeChallenge]));
}

import { AppError } from "../base/errors";
import type { AuthApi, SignedIn } from "./authApi";

/** `isVerified` is false where the server could not be asked just now. */
export interface VerifiedSignIn {
  signedIn: SignedIn;
  isVerified: boolean;
}

/**
 * Tries a new credential before anyone is told that it works, and fills in who
 * it is for. Throws AppError `invalid-credential` when the server refuses it.
 *
 * A server that cannot be reached loses no sign-in: what it has just issued is
 * used up, so the user would have to begin again for a fault of a moment. The
 * account treats a credential that does not work as it does at any later time.
 * A base server, which has no such call, has been heard: that is enough.
 */
export async function verifySignIn(
  api: Pick<AuthApi, "me">,
  signedIn: SignedIn,
): Promise<VerifiedSignIn> {
  const me = await api.me(
    signedIn.kind === "apiKey" ? signedIn.apiKey : signedIn.tokens.accessToken,
  );
  switch (me.kind) {
    case "user":
      return { signedIn: { ...signedIn, user: me.user }, isVerified: true };
    case "unsupported":
      return { signedIn, isVerified: true };
    case "unauthorized":
      throw new AppError("invalid-credential", "The new sign-in was refused");
    case "retryable":
      return { signedIn, isVerified: false };
  }
}

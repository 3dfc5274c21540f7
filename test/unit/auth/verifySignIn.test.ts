import assert from "node:assert/strict";
import type { MeOutcome, SignedIn } from "../../../src/auth/authApi";
import { verifySignIn } from "../../../src/auth/verifySignIn";
import { AppError } from "../../../src/base/errors";

const user = { id: "u1", email: "ada@example.org" };
const tokens: SignedIn = {
  kind: "tokens",
  tokens: { accessToken: "a", refreshToken: "r", expiresInMs: 1_000 },
  user: { id: "u1", email: "old@example.org" },
};
const key: SignedIn = { kind: "apiKey", apiKey: "k" };

describe("Trying a new sign-in", () => {
  let asked: string[];
  beforeEach(() => (asked = []));

  function verify(signedIn: SignedIn, outcome: MeOutcome) {
    const me = (secret: string) => {
      asked.push(secret);
      return Promise.resolve(outcome);
    };
    return verifySignIn({ me }, signedIn);
  }

  it("asks with the new credential, and takes the server's word for whose it is", async () => {
    const outcome = { kind: "user", user } as const;
    assert.deepEqual(await verify(tokens, outcome), {
      signedIn: { ...tokens, user },
      isVerified: true,
    });
    assert.deepEqual(await verify(key, outcome), {
      signedIn: { ...key, user },
      isVerified: true,
    });
    assert.deepEqual(asked, ["a", "k"]);
  });

  it("is content with a base server, which cannot be asked", async () => {
    for (const signedIn of [tokens, key]) {
      const verified = await verify(signedIn, { kind: "unsupported" });
      assert.deepEqual(verified, { signedIn, isVerified: true });
    }
  });

  it("refuses what the server refuses", async () => {
    await assert.rejects(
      verify(key, { kind: "unauthorized" }),
      (error) =>
        error instanceof AppError && error.code === "invalid-credential",
    );
  });

  it("keeps the sign-in when the server cannot be reached, and says that it was not tried", async () => {
    const outcome = { kind: "retryable", detail: "no route" } as const;
    assert.deepEqual(await verify(tokens, outcome), {
      signedIn: tokens,
      isVerified: false,
    });
  });
});

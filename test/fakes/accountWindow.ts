import { Account, type AccountState } from "../../src/auth/account";
import type { RefreshOutcome } from "../../src/auth/authApi";
import type { SignedIn } from "../../src/auth/deviceFlow";
import { TokenStore } from "../../src/auth/tokenStore";
import { nullLogger } from "../../src/base/log";
import type { FakeClock } from "./fakeClock";
import type { FakeKeyring, FakeSecrets } from "./fakeSecrets";

export const serverUrl = "https://example.org";
export const hourMs = 3_600_000;

/** The server's end of the session: which refresh token is good, and what it was asked. */
export class FakeAuthServer {
  readonly refreshes: string[] = [];
  readonly logouts: string[] = [];
  /** What the next refresh gets instead of new tokens. */
  refreshWith: (() => RefreshOutcome | Promise<RefreshOutcome>) | undefined;
  expiresInMs = hourMs;
  isUnreachable = false;
  #count = 0;

  /** Somebody has signed in. */
  signIn(email = "ada@example.org"): SignedIn {
    return { tokens: this.tokens(), user: { id: email, email } };
  }

  tokens(): SignedIn["tokens"] {
    this.#count += 1;
    return {
      accessToken: `access-${this.#count}`,
      refreshToken: `refresh-${this.#count}`,
      expiresInMs: this.expiresInMs,
    };
  }

  async refresh(refreshToken: string): Promise<RefreshOutcome> {
    this.refreshes.push(refreshToken);
    await Promise.resolve();
    return (
      (await this.refreshWith?.()) ?? {
        kind: "refreshed",
        tokens: this.tokens(),
      }
    );
  }

  async logout(refreshToken: string): Promise<void> {
    this.logouts.push(refreshToken);
    await Promise.resolve();
    if (this.isUnreachable) {
      throw new Error("no route");
    }
  }
}

/** One window's account, over a keyring that others may share. */
export class AccountWindow {
  readonly secrets: FakeSecrets;
  readonly store: TokenStore;
  readonly account: Account;
  readonly states: AccountState[] = [];

  constructor(keyring: FakeKeyring, server: FakeAuthServer, clock: FakeClock) {
    this.secrets = keyring.window();
    this.store = new TokenStore({ secrets: this.secrets, log: nullLogger });
    this.account = new Account({
      store: this.store,
      createApi: async () => {
        await Promise.resolve();
        if (server.isUnreachable) {
          throw new Error("The local server does not start");
        }
        return server;
      },
      clock,
      log: nullLogger,
    });
    this.account.onDidChange((state) => this.states.push(state));
  }

  get token(): string | undefined {
    return this.account.accessCredential?.accessToken;
  }

  get email(): string | undefined {
    const { state } = this.account;
    return state.kind === "signedIn" ? state.user.email : undefined;
  }

  get isOffline(): boolean | undefined {
    const { state } = this.account;
    return state.kind === "signedIn" ? state.isOffline : undefined;
  }
}

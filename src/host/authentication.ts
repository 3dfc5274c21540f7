import * as vscode from "vscode";
import type { Account } from "../auth/account";
import { type AccountState, nameOf } from "../auth/accountState";
import { AppError } from "../base/errors";
import { Disposable } from "../base/lifecycle";
import { sentenceOf } from "./sentences";
import type { SignIn } from "./signIn";
import type { SignOut } from "./signOut";

export interface AuthenticationDeps {
  account: Account;
  signIn: SignIn;
  signOut: SignOut;
}

type Session = vscode.AuthenticationSession;

/**
 * The account as VS Code's own: the Accounts menu shows it and signs out of
 * it, and an extension that the user has agreed to gets its access token.
 */
export class FailproofAuthentication
  extends Disposable
  implements vscode.AuthenticationProvider
{
  readonly #changes = this.register(
    new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>(),
  );
  readonly onDidChangeSessions = this.#changes.event;
  #last: AccountState;

  constructor(private readonly deps: AuthenticationDeps) {
    super();
    this.#last = deps.account.state;
    this.register(deps.account.onDidChange((state) => this.#follow(state)));
    this.register(
      vscode.authentication.registerAuthenticationProvider(
        "failproof",
        "Failproof",
        this,
        { supportsMultipleAccounts: false },
      ),
    );
  }

  /** There is one session at most. Failproof knows no scopes: whoever asks for some gets none. */
  async getSessions(scopes?: readonly string[]): Promise<Session[]> {
    const { account } = this.deps;
    if (scopes !== undefined && scopes.length > 0) {
      return [];
    }
    const access = await account.accessToken();
    // Offline there may be no token that is still good: the account is shown all the same.
    const session = sessionOf(account.state, access?.accessToken ?? "");
    return session ? [session] : [];
  }

  async createSession(scopes: readonly string[]): Promise<Session> {
    if (scopes.length > 0) {
      throw new Error("Failproof's sessions have no scopes: ask for none.");
    }
    await this.deps.signIn.run();
    const [session] = await this.getSessions();
    if (!session) {
      throw new AppError("cancelled", "Signing in was cancelled");
    }
    return session;
  }

  async removeSession(sessionId: string): Promise<void> {
    const { account, signOut } = this.deps;
    if (sessionOf(account.state, "")?.id !== sessionId) {
      return;
    }
    try {
      await signOut.run();
    } catch (error) {
      throw new Error(sentenceOf(error) ?? "Signing out was cancelled.", {
        cause: error,
      });
    }
  }

  #follow(state: AccountState): void {
    const before = sessionOf(this.#last, "");
    const after = sessionOf(state, "");
    const isRenewed =
      this.#last.kind === "signedIn" &&
      state.kind === "signedIn" &&
      this.#last.credential.refreshedAt !== state.credential.refreshedAt;
    this.#last = state;
    if (before?.id !== after?.id) {
      this.#changes.fire({
        added: after ? [after] : [],
        removed: before ? [before] : [],
        changed: [],
      });
    } else if (after && isRenewed) {
      this.#changes.fire({ added: [], removed: [], changed: [after] });
    }
  }
}

function sessionOf(
  state: AccountState,
  accessToken: string,
): Session | undefined {
  if (state.kind === "signedOut") {
    return undefined;
  }
  const { user, serverUrl, credential } = state;
  const id = user?.id ?? credential.kind;
  return {
    id: `${serverUrl} ${id}`,
    accessToken,
    account: { id, label: nameOf(state) },
    scopes: [],
  };
}

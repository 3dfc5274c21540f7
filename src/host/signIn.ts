import * as vscode from "vscode";
import type { Account } from "../auth/account";
import { nameOf } from "../auth/accountState";
import type { AuthApi, DeviceCode, SignedIn } from "../auth/authApi";
import { runDeviceFlow } from "../auth/deviceFlow";
import {
  localServer,
  parseServerUrl,
  proposedServerUrl,
} from "../auth/serverUrl";
import { verifySignIn } from "../auth/verifySignIn";
import type { Clock } from "../base/clock";
import { AppError } from "../base/errors";
import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { plainName } from "./plainText";
import { sentenceOf } from "./sentences";
import { chooseServer, configuredServer } from "./settings";

export interface SignInDeps {
  account: Account;
  /** The calls of a server; `local` is started if need be. */
  createApi(server: string): Promise<AuthApi>;
  /** Told once, where the sign-in could not be stored. */
  isPersistent(): boolean;
  clock: Clock;
  random: () => number;
  log: Logger;
}

/** Signing in, as the user sees it: which server, the code, the page, the end. */
export class SignIn extends Disposable {
  readonly #onDidChange = this.register(new Emitter<void>());
  readonly onDidChange = this.#onDidChange.event;
  #code: DeviceCode | undefined;
  #running: AbortController | undefined;

  constructor(private readonly deps: SignInDeps) {
    super();
    this.register({ dispose: () => this.#running?.abort() });
  }

  /** The code that waits for an approval. */
  get pendingCode(): string | undefined {
    return this.#code?.userCode;
  }

  async run(): Promise<void> {
    if (this.#running) {
      await this.#showPending();
      return;
    }
    if (!(await this.#confirmsReplacing())) {
      return;
    }
    const abort = new AbortController();
    this.#running = abort;
    try {
      const server = configuredServer() || (await askForServer());
      if (server !== undefined) {
        await this.#signInTo(server, abort);
      }
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#running = undefined;
      this.#setCode(undefined);
    }
  }

  /** Whoever is signed in already may have run the command by mistake. */
  async #confirmsReplacing(): Promise<boolean> {
    const { state } = this.deps.account;
    if (state.kind === "signedOut") {
      return true;
    }
    const again = "Sign In Anew";
    const choice = await vscode.window.showInformationMessage(
      `You are signed in as ${plainName(nameOf(state))}.`,
      again,
    );
    return choice === again;
  }

  async #signInTo(server: string, abort: AbortController): Promise<void> {
    const name = server === localServer ? server : parseServerUrl(server);
    const api = await this.deps.createApi(name);
    const { signedIn } = await verifySignIn(
      api,
      await this.#withProgress(api, abort),
    );
    await this.deps.account.signIn(name, signedIn);
    const who = signedIn.user?.email ?? "the owner of a key";
    void vscode.window.showInformationMessage(
      `Signed in as ${plainName(who)}. What agents do here is now recorded and delivered.`,
    );
    if (!this.deps.isPersistent()) {
      this.#tell(new AppError("secret-storage", "Kept in memory"));
    }
  }

  #withProgress(api: AuthApi, abort: AbortController): Thenable<SignedIn> {
    return vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: "Signing in to Failproof",
        cancellable: true,
      },
      (progress, token) => {
        token.onCancellationRequested(() => abort.abort());
        progress.report({ message: "getting a code…" });
        return runDeviceFlow({ ...this.deps, api }, abort.signal, (code) => {
          progress.report({
            message: `approve the code ${plainName(code.userCode)} on the page in your browser. It is on the clipboard.`,
          });
          this.#setCode(code);
          void this.#openPage(code);
        });
      },
    );
  }

  async #openPage(code: DeviceCode): Promise<void> {
    await vscode.env.clipboard.writeText(code.userCode);
    await vscode.env.openExternal(
      vscode.Uri.parse(code.verificationUriComplete),
    );
  }

  /** Asked again while it runs: the page may have been closed, the code lost. */
  async #showPending(): Promise<void> {
    const code = this.#code;
    if (!code) {
      return;
    }
    const open = "Open the Page Again";
    const copy = "Copy the Code";
    const cancel = "Cancel Signing In";
    const choice = await vscode.window.showQuickPick([open, copy, cancel], {
      title: `Signing in: the code is ${code.userCode}`,
      placeHolder: code.verificationUri,
    });
    if (choice === open) {
      await this.#openPage(code);
    } else if (choice === copy) {
      await vscode.env.clipboard.writeText(code.userCode);
    } else if (choice === cancel) {
      this.#running?.abort();
    }
  }

  #setCode(code: DeviceCode | undefined): void {
    this.#code = code;
    if (!this.isDisposed) {
      this.#onDidChange.fire();
    }
  }

  #tell(error: unknown): void {
    const sentence = sentenceOf(error);
    if (sentence === undefined) {
      return;
    }
    this.deps.log.warn(`Signing in: ${String(error)}`);
    void vscode.window.showErrorMessage(sentence);
  }
}

/** Asked once; the answer is kept in failproof.serverUrl. Undefined when the user went away. */
async function askForServer(): Promise<string | undefined> {
  const local = {
    label: "$(device-desktop) This machine",
    detail: "A local server: no account anywhere, nothing leaves this machine.",
  };
  const remote = {
    label: "$(globe) A Failproof server",
    detail: `At an address, such as ${proposedServerUrl}.`,
  };
  const choice = await vscode.window.showQuickPick([local, remote], {
    title: "Sign in to Failproof",
    placeHolder: "Where should what agents do be recorded?",
  });
  if (!choice) {
    return undefined;
  }
  const server = choice === local ? localServer : await askForAddress();
  if (server !== undefined) {
    await chooseServer(server);
  }
  return server;
}

function askForAddress(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: "Address of the Failproof server",
    value: proposedServerUrl,
    ignoreFocusOut: true,
    validateInput: (value) => {
      try {
        parseServerUrl(value);
        return undefined;
      } catch (error) {
        return sentenceOf(error);
      }
    },
  });
}

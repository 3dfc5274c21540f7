import * as vscode from "vscode";
import type { Account } from "../auth/account";
import { nameOf } from "../auth/accountState";
import type { AuthApi, SignedIn } from "../auth/authApi";
import { localServer, parseServerUrl } from "../auth/serverUrl";
import { type VerifiedSignIn, verifySignIn } from "../auth/verifySignIn";
import { AppError } from "../base/errors";
import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { plainName } from "./plainText";
import type { QueueOwner } from "./queueOwner";
import { sentenceOf } from "./sentences";
import { askForServer } from "./serverChoice";
import { configuredServer } from "./settings";
import {
  isRemote,
  type PendingSignIn,
  type SignInWay,
  type SignInWays,
} from "./signInWays";

export interface SignInDeps {
  account: Account;
  /** The calls of a server; `local` is started if need be. */
  createApi(server: string): Promise<AuthApi>;
  ways: SignInWays;
  owner: QueueOwner;
  /** Told once, where the sign-in could not be stored. */
  isPersistent(): boolean;
  log: Logger;
}

/** Signing in, as the user sees it: which server, which way, the page, the end. */
export class SignIn extends Disposable {
  readonly #onDidChange = this.register(new Emitter<void>());
  readonly onDidChange = this.#onDidChange.event;
  #pending: PendingSignIn | undefined;
  #running: AbortController | undefined;

  constructor(private readonly deps: SignInDeps) {
    super();
    this.register({ dispose: () => this.#running?.abort() });
  }

  get pending(): PendingSignIn | undefined {
    return this.#pending;
  }

  /** Without a way, the user is asked for one. */
  async run(way?: SignInWay): Promise<void> {
    if (this.#running) {
      await this.#showPending();
      return;
    }
    const abort = new AbortController();
    this.#running = abort;
    try {
      await this.#run(way, abort);
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#running = undefined;
      this.#setPending(undefined);
    }
  }

  async #run(
    wanted: SignInWay | undefined,
    abort: AbortController,
  ): Promise<void> {
    if (!(await this.#confirmsReplacing())) {
      return;
    }
    const server = configuredServer() || (await askForServer());
    const way = server && (wanted ?? (await askForWay()));
    if (!way) {
      return;
    }
    const name = server === localServer ? server : parseServerUrl(server);
    const api = await this.deps.createApi(name);
    const signedIn = await this.#withProgress(way, api, abort);
    const verified = await verifySignIn(api, signedIn);
    await this.#finish(name, verified);
  }

  async #finish(
    server: string,
    { signedIn, isVerified }: VerifiedSignIn,
  ): Promise<void> {
    const { account } = this.deps;
    await this.#settleQueue(server, signedIn);
    await account.signIn(server, signedIn);
    const { state } = account;
    if (state.kind === "signedIn" && state.credential.kind === "environment") {
      void vscode.window.showWarningMessage(
        "The sign-in is stored, but FAILPROOF_API_TOKEN in the environment of VS Code stays in force until it is removed.",
      );
    } else if (state.kind === "signedIn") {
      const next = isVerified
        ? "What agents do here is now recorded and delivered."
        : "The server cannot be reached just now: what agents do here is recorded, and delivered once it can.";
      void vscode.window.showInformationMessage(
        `Signed in as ${plainName(nameOf(state))}. ${next}`,
      );
    }
    if (!this.deps.isPersistent()) {
      this.#tell(new AppError("secret-storage", "Kept in memory"));
    }
  }

  /** Before anything is delivered: what waits may be another account's. */
  async #settleQueue(serverUrl: string, { user }: SignedIn): Promise<void> {
    const { owner } = this.deps;
    if (!user) {
      return;
    }
    const credential = { kind: "tokens", masked: "" } as const;
    const account = { serverUrl, user, credential };
    const count = await owner.strangers(owner.of(account));
    if (count === 0) {
      return;
    }
    if (!(await owner.settle(count, account, { modal: true }))) {
      throw new AppError("cancelled", "What waits is another account's");
    }
    owner.handOver(account);
  }

  /** Whoever is signed in already may have run the command by mistake. */
  async #confirmsReplacing(): Promise<boolean> {
    const { state } = this.deps.account;
    if (state.kind === "signedOut") {
      return true;
    }
    const again = "Sign In Anyway";
    const choice = await vscode.window.showInformationMessage(
      state.credential.kind === "environment"
        ? "FAILPROOF_API_TOKEN in the environment of VS Code is in force, and hides every other sign-in."
        : `You are signed in as ${plainName(nameOf(state))}.`,
      again,
    );
    return choice === again;
  }

  #withProgress(
    way: SignInWay,
    api: AuthApi,
    abort: AbortController,
  ): Thenable<SignedIn> {
    return vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: "Signing in to Failproof",
        cancellable: true,
      },
      (progress, token) => {
        token.onCancellationRequested(() => abort.abort());
        progress.report({ message: "asking the server…" });
        return this.deps.ways.run(way, api, abort.signal, (pending) => {
          progress.report({ message: messageOf(pending) });
          this.#setPending(pending);
        });
      },
    );
  }

  /** Asked again while it runs: the page may have been closed, the code lost. */
  async #showPending(): Promise<void> {
    const pending = this.#pending;
    if (!pending) {
      return;
    }
    const open = "Open the Page Again";
    const copy = pending.way === "code" ? "Copy the Code" : "Copy the Link";
    const cancel = "Cancel Signing In";
    const choice = await vscode.window.showQuickPick([open, copy, cancel], {
      title:
        pending.way === "code"
          ? `Signing in: the code is ${pending.code.userCode}`
          : "Signing in: waiting for the browser",
      placeHolder:
        pending.way === "code" ? pending.code.verificationUri : pending.url,
    });
    if (choice === open) {
      await this.deps.ways.openPage(pending);
    } else if (choice === copy) {
      await vscode.env.clipboard.writeText(
        pending.way === "code" ? pending.code.userCode : pending.url,
      );
    } else if (choice === cancel) {
      this.#running?.abort();
    }
  }

  #setPending(pending: PendingSignIn | undefined): void {
    this.#pending = pending;
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

function messageOf(pending: PendingSignIn): string {
  return pending.way === "code"
    ? `approve the code ${plainName(pending.code.userCode)} on the page in your browser. It is on the clipboard.`
    : "allow it on the page in your browser.";
}

/** Where VS Code runs elsewhere, the code comes first: its page may be opened anywhere. */
async function askForWay(): Promise<SignInWay | undefined> {
  const code = {
    label: "$(key) With a code",
    detail: "Approve a short code on the server's page, on any device.",
    way: "code" as const,
  };
  const browser = {
    label: "$(globe) In the browser",
    detail: "Allow it on the server's page; the rest goes by itself.",
    way: "browser" as const,
  };
  const choice = await vscode.window.showQuickPick(
    isRemote() ? [code, browser] : [browser, code],
    { title: "Sign in to Failproof", placeHolder: "How?" },
  );
  return choice?.way;
}

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { AuthApi, DeviceCode, SignedIn } from "../auth/authApi";
import {
  type AcceptCallback,
  type CallbackReceiver,
  runBrowserFlow,
} from "../auth/browserFlow";
import { runDeviceFlow } from "../auth/deviceFlow";
import { openLoopback } from "../auth/loopbackListener";
import { UriCallbacks } from "../auth/uriCallbacks";
import type { Clock } from "../base/clock";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { plainName } from "./plainText";

/** `code`: a device code. `browser`: the browser comes back with the answer. */
export type SignInWay = "code" | "browser";

/** What a sign-in that is under way waits for. */
export type PendingSignIn =
  { way: "code"; code: DeviceCode } | { way: "browser"; url: string };

export interface SignInWaysDeps {
  /** A random id of this installation. */
  agentId: string;
  clock: Clock;
  /** [0, 1). */
  random: () => number;
  log: Logger;
}

/** The two ways of signing in, with the editor's clipboard, browser and URIs. */
export class SignInWays extends Disposable {
  readonly #uris = new UriCallbacks();

  constructor(private readonly deps: SignInWaysDeps) {
    super();
    this.register(
      vscode.window.registerUriHandler({
        handleUri: ({ query }) => {
          this.#uris.accept(query);
        },
      }),
    );
  }

  run(
    way: SignInWay,
    api: AuthApi,
    signal: AbortSignal,
    onPending: (pending: PendingSignIn) => void,
  ): Promise<SignedIn> {
    if (way === "code") {
      return runDeviceFlow({ ...this.deps, api }, signal, (code) => {
        onPending({ way, code });
        void this.openPage({ way, code });
      });
    }
    const deps = {
      ...this.deps,
      api,
      randomBytes,
      openReceiver: (accept: AcceptCallback) => this.#openReceiver(accept),
      openBrowser: (url: string) => openExternal(url),
    };
    return runBrowserFlow(deps, signal, {
      onUrl: (url) => onPending({ way, url }),
      onBrowserFailed: (url) => offerLink(url, "Open it in your browser:"),
    });
  }

  /** Opens the page, again perhaps; where that cannot be done, the user gets its address. */
  async openPage(pending: PendingSignIn): Promise<void> {
    if (pending.way === "browser") {
      if (!(await openExternal(pending.url))) {
        offerLink(pending.url, "Open it in your browser:");
      }
      return;
    }
    const { userCode, verificationUri, verificationUriComplete } = pending.code;
    await vscode.env.clipboard.writeText(userCode);
    if (!(await openExternal(verificationUriComplete))) {
      offerLink(
        verificationUri,
        `Enter the code ${plainName(userCode)} there, on any device:`,
      );
    }
  }

  /**
   * On the user's own machine the browser reaches a listener here. Elsewhere it
   * does not, and VS Code brings the answer to this window by a URI of its own.
   */
  async #openReceiver(accept: AcceptCallback): Promise<CallbackReceiver> {
    if (!isRemote()) {
      return openLoopback(this.deps, accept);
    }
    const { uriScheme } = vscode.env;
    const own = `${uriScheme}://failproof.failproof/callback`;
    const external = await vscode.env.asExternalUri(vscode.Uri.parse(own));
    return this.#uris.open(external.toString(true), accept);
  }
}

/** Whether this extension host runs on another machine than the user's browser, as far as VS Code knows. */
export function isRemote(): boolean {
  return (
    vscode.env.remoteName !== undefined ||
    vscode.env.uiKind === vscode.UIKind.Web
  );
}

/**
 * A Uri decodes its query, and what was one parameter (an address with a query
 * of its own) becomes two. VS Code takes a string and leaves it as it is,
 * which its type does not say (microsoft/vscode#85930); but only where it need
 * not find out first how this machine's ports are reached: so that is done here.
 */
async function openExternal(url: string): Promise<boolean> {
  const { origin } = new URL(url);
  const reached = await vscode.env.asExternalUri(vscode.Uri.parse(origin));
  const page = reached.toString(true).replace(/\/$/, "");
  const text = page + url.slice(origin.length);
  return vscode.env.openExternal(text as unknown as vscode.Uri);
}

function offerLink(url: string, lead: string): void {
  const copy = "Copy the Link";
  void vscode.window
    .showWarningMessage(`No browser could be opened. ${lead} ${url}`, copy)
    .then((choice) =>
      choice === copy ? vscode.env.clipboard.writeText(url) : undefined,
    );
}

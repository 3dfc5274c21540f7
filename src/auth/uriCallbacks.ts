import type {
  AcceptCallback,
  CallbackReceiver,
  CallbackVerdict,
} from "./browserFlow";

/**
 * Receives the browser's answer through a URI of the editor
 * (`vscode://failproof.failproof/callback?…`): the editor's one handler hands
 * in the query of each that arrives, whoever waits for it, if anyone.
 */
export class UriCallbacks {
  #accept: AcceptCallback | undefined;

  /** `redirectUri` is what the editor's `asExternalUri` made of its URI. */
  open(redirectUri: string, accept: AcceptCallback): CallbackReceiver {
    this.#accept = accept;
    return {
      redirectUri,
      dispose: () => {
        if (this.#accept === accept) {
          this.#accept = undefined;
        }
      },
    };
  }

  /** `query` without the question mark. */
  accept(query: string): CallbackVerdict {
    return this.#accept?.(new URLSearchParams(query)) ?? "refused";
  }
}

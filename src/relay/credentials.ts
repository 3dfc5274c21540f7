import type { Credential } from "./link";

/**
 * What the windows gave to send with; the newest word counts. Windows of one
 * editor share one account and give the same token. Another editor's windows
 * (VS Code Insiders beside VS Code) may have an account of their own: a
 * sign-out here takes nothing away from them.
 */
export class Credentials<TWindow> {
  /** The newest last. */
  readonly #given = new Map<TWindow, Credential>();
  #inUse: Credential | undefined;

  get current(): Credential | undefined {
    return [...this.#given.values()].at(-1);
  }

  /** Whether `current` is another one than when this was asked the last time. */
  hasChanged(): boolean {
    const { current } = this;
    const hasChanged = !isSame(current, this.#inUse);
    this.#inUse = current;
    return hasChanged;
  }

  give(window: TWindow, credential: Credential): void {
    this.#given.delete(window);
    this.#given.set(window, credential);
  }

  /**
   * That window's token is not to be used any more, whoever else gave it: the
   * others will hear of the sign-out, but a little later. A window that never
   * gave one takes nothing away.
   */
  signOut(window: TWindow): void {
    const credential = this.#given.get(window);
    if (credential) {
      this.#takeBack(credential);
    }
  }

  /** The window has gone, and its word with it. */
  forget(window: TWindow): void {
    this.#given.delete(window);
  }

  /** The server refused the one in use: gives the windows that it came from. */
  refuse(): TWindow[] {
    const refused = this.#inUse;
    // The same one given again is to be tried again.
    this.#inUse = undefined;
    return refused ? this.#takeBack(refused) : [];
  }

  #takeBack(credential: Credential): TWindow[] {
    const windows = [...this.#given]
      .filter(([, given]) => isSame(given, credential))
      .map(([window]) => window);
    for (const window of windows) {
      this.#given.delete(window);
    }
    return windows;
  }
}

function isSame(a: Credential | undefined, b: Credential | undefined): boolean {
  return a?.serverUrl === b?.serverUrl && a?.accessToken === b?.accessToken;
}

import { type DisposableLike, toDisposable } from "../../src/base/lifecycle";

/** A machine-wide lock for all windows of a test; who came first gets it first. */
export class FakeLock {
  readonly #waiting: (() => void)[] = [];
  #isHeld = false;
  /** Who holds it never lets go, as a process that hangs does. */
  isStuck = false;

  /** What happens instead of all this. */
  instead: (() => Promise<DisposableLike>) | undefined;

  readonly acquire = (
    _serverUrl: string,
    signal: AbortSignal,
  ): Promise<DisposableLike | undefined> =>
    this.instead?.() ??
    new Promise((resolve) => {
      const take = () => {
        this.#isHeld = true;
        resolve(toDisposable(() => this.#release()));
      };
      signal.addEventListener("abort", () => {
        const index = this.#waiting.indexOf(take);
        if (index >= 0) {
          this.#waiting.splice(index, 1);
          resolve(undefined);
        }
      });
      if (this.#isHeld || this.isStuck) {
        this.#waiting.push(take);
      } else {
        take();
      }
    });

  get isHeld(): boolean {
    return this.#isHeld;
  }

  #release(): void {
    this.#isHeld = false;
    this.#waiting.shift()?.();
  }
}

/**
 * Lets one loop wait for whatever concerns it. A call to `wake` while nobody
 * waits is kept for the next wait, so that none is lost between two looks.
 */
export class Wakeup {
  #isDue = false;
  #resolve: (() => void) | undefined;

  wake(): void {
    this.#isDue = true;
    this.#resolve?.();
  }

  async wait(): Promise<void> {
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    this.#isDue = false;
    this.#resolve = undefined;
  }
}

import { type DisposableLike, toDisposable } from "./lifecycle";

/** Subscribes a listener; disposing the answer unsubscribes it. */
export type Event<T> = (listener: (value: T) => void) => DisposableLike;

/**
 * A source of events. Listeners are called in the order of their subscription.
 * One that throws does not keep the others from hearing: the error is thrown
 * again once all of them have been told. Who unsubscribes meanwhile hears no
 * more; who subscribes meanwhile hears the next one.
 */
export class Emitter<T> implements DisposableLike {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    // A wrapper for each subscription: the same function may subscribe twice.
    const entry = (value: T) => listener(value);
    this.#listeners.add(entry);
    return toDisposable(() => this.#listeners.delete(entry));
  };

  fire(value: T): void {
    const failures: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) {
        continue;
      }
      try {
        listener(value);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw failures[0];
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

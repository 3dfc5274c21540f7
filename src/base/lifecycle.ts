/** Anything that holds a resource and can let go of it. Calling `dispose` twice is harmless. */
export interface DisposableLike {
  dispose(): void;
}

/** Told of every owner made and disposed, so that the test suites can fail on a leak. */
interface LeakTracker {
  created(owner: DisposableLike): void;
  disposed(owner: DisposableLike): void;
}

let tracker: LeakTracker | undefined;

/** Only the test suites set one; in the product nothing is tracked. */
export function setLeakTracker(next: LeakTracker | undefined): void {
  tracker = next;
}

/** Makes a disposable out of a function, which runs once at most. */
export function toDisposable(run: () => void): DisposableLike {
  let pending: (() => void) | undefined = run;
  return {
    dispose() {
      const once = pending;
      pending = undefined;
      once?.();
    },
  };
}

/**
 * Base of every owner of resources. What is registered is disposed in the
 * reverse order, all of it: an error is thrown again at the end. What is
 * registered after the end is disposed at once, so that an owner that ended
 * during an await leaves nothing behind.
 */
export abstract class Disposable implements DisposableLike {
  readonly #owned: DisposableLike[] = [];
  #isDisposed = false;

  constructor() {
    tracker?.created(this);
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  dispose(): void {
    if (this.#isDisposed) {
      return;
    }
    this.#isDisposed = true;
    tracker?.disposed(this);
    const failures: unknown[] = [];
    for (const owned of this.#owned.splice(0).reverse()) {
      try {
        owned.dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw failures[0];
    }
  }

  protected register<T extends DisposableLike>(owned: T): T {
    if (this.#isDisposed) {
      owned.dispose();
    } else {
      this.#owned.push(owned);
    }
    return owned;
  }
}

/** An owner without behaviour of its own. */
export class DisposableStore extends Disposable {
  add<T extends DisposableLike>(owned: T): T {
    return this.register(owned);
  }
}

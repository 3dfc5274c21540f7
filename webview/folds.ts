/**
 * What the user has folded open. It is kept here and not in the components, as
 * a row that is scrolled out of the document forgets its own state.
 */
export class Folds {
  readonly #listeners = new Set<() => void>();
  #open: ReadonlySet<string> = new Set();

  /** The keys of what is open; another set after each change. */
  readonly open = (): ReadonlySet<string> => this.#open;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(key: string, isOpen: boolean): void {
    if (this.#open.has(key) === isOpen) {
      return;
    }
    const open = new Set(this.#open);
    if (isOpen) {
      open.add(key);
    } else {
      open.delete(key);
    }
    this.#open = open;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

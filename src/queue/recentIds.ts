/**
 * Remembers the last events that were settled. A writer that meets a rotation
 * writes its line twice (see append.ts), the second one right after: this
 * keeps it from being sent again. The server would drop it as well.
 */
export class RecentIds {
  #ids = new Set<string>();
  /** Those before them. Dropped as a whole: to take the oldest out of a set, one by one, is slow. */
  #earlier = new Set<string>();

  /** At least so many are remembered, and at most twice as many. */
  constructor(private readonly capacity = 10_000) {}

  has(id: string): boolean {
    return this.#ids.has(id) || this.#earlier.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size >= this.capacity) {
      this.#earlier = this.#ids;
      this.#ids = new Set();
    }
  }
}

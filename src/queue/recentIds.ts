/**
 * Remembers the last events that were settled, `capacity` of them at least. A
 * writer that meets a rotation writes its line twice (see appendFile.ts), the
 * second one right after: this keeps it from being sent again. The server
 * would drop it as well.
 */
export class RecentIds {
  #younger = new Set<string>();
  /** Forgotten as a whole: taking the oldest out of a set one by one is slow. */
  #older = new Set<string>();

  constructor(private readonly capacity = 10_000) {}

  has(id: string): boolean {
    return this.#younger.has(id) || this.#older.has(id);
  }

  add(id: string): void {
    this.#younger.add(id);
    if (this.#younger.size >= this.capacity) {
      this.#older = this.#younger;
      this.#younger = new Set();
    }
  }
}

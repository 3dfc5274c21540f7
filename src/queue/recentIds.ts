/**
 * Remembers the last events that were settled. A writer that meets a rotation
 * writes its line twice (see append.ts), the second one right after: this
 * keeps it from being sent again. The server would drop it as well.
 */
export class RecentIds {
  readonly #ids = new Set<string>();

  constructor(private readonly capacity = 10_000) {}

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.delete(id);
    this.#ids.add(id);
    if (this.#ids.size > this.capacity) {
      const [oldest] = this.#ids;
      if (oldest !== undefined) {
        this.#ids.delete(oldest);
      }
    }
  }
}

import type { UnknownLine } from "../../cli/wire";

export interface RawEntry {
  /** Ms since 1970. */
  at: number;
  what: string;
  text: string;
}

const mostEntries = 200;

/** The last of the lines that we do not know, and how many there were. */
export class RawLog {
  #count = 0;
  readonly #entries: RawEntry[] = [];

  get count(): number {
    return this.#count;
  }

  get entries(): readonly RawEntry[] {
    return this.#entries;
  }

  add({ what, text }: UnknownLine, at: number): void {
    this.#count += 1;
    this.#entries.push({ at, what, text });
    if (this.#entries.length > mostEntries) {
      this.#entries.shift();
    }
  }
}

import type { MarkedToken } from "marked";
import { lex } from "./lex";
import { mendedEnd } from "./mendedEnd";

/** So many blocks are compared, and passed over, as one. */
const chunkSize = 16;

export type Chunk = readonly MarkedToken[];

/**
 * The blocks of a Markdown text that grows. Blocks that can no longer change
 * are frozen: their source is not read again, and the chunks that they fill
 * stay the same objects. So a token costs what the last block costs, however
 * long the answer is.
 */
export class BlockStream {
  #text = "";
  #frozen: MarkedToken[] = [];
  #frozenLength = 0;
  #filled: Chunk[] = [];

  /** The blocks of the text as far as it is there, an unfinished end made whole; null when it cannot be read as Markdown. */
  grown(text: string): Chunk[] | null {
    if (!text.startsWith(this.#text)) {
      this.#restart();
    }
    this.#text = text;
    const tail = text.slice(this.#frozenLength);
    const tokens = lex(tail);
    if (tokens === null) {
      return null;
    }
    const open = this.#freeze(tokens, tail);
    const last = open.findLastIndex((token) => token.type !== "space");
    const lastToken = open[last];
    const mended = lastToken && lex(mendedEnd(lastToken));
    const shown = mended?.[0] ? open.with(last, mended[0]) : open;
    const rest = this.#frozen.slice(this.#filled.length * chunkSize);
    return [...this.#filled, ...chunksOf([...rest, ...shown])];
  }

  #restart(): void {
    this.#frozen = [];
    this.#frozenLength = 0;
    this.#filled = [];
  }

  /**
   * A block is finished when an empty line follows, and then the first line of
   * the next one: until then a "2" may become the next number of a list.
   * Returns those that are not.
   */
  #freeze(tokens: MarkedToken[], tail: string): MarkedToken[] {
    const last = tokens.findLastIndex((token) => token.type !== "space");
    const end = tokens.findLastIndex(
      ({ raw }, index) => index < last && /\n[ \t]*\n$/.test(raw),
    );
    const done = tokens.slice(0, end + 1);
    const source = done.map(({ raw }) => raw).join("");
    const isNextBegun = tail.slice(source.length).includes("\n");
    // The lexer rewrites line ends and some white space: then its lengths are not the text's.
    if (!isNextBegun || !tail.startsWith(source)) {
      return tokens;
    }
    this.#frozen.push(...done);
    this.#frozenLength += source.length;
    const full = Math.floor(this.#frozen.length / chunkSize);
    for (let at = this.#filled.length; at < full; at += 1) {
      this.#filled.push(
        this.#frozen.slice(at * chunkSize, (at + 1) * chunkSize),
      );
    }
    return tokens.slice(done.length);
  }
}

export function chunksOf(tokens: MarkedToken[]): Chunk[] {
  return Array.from({ length: Math.ceil(tokens.length / chunkSize) }, (_, at) =>
    tokens.slice(at * chunkSize, (at + 1) * chunkSize),
  );
}

/** What a LineReader reports. Sizes are in bytes. */
export interface LineReaderOptions {
  /** A longer line is not kept: `onOversized` is called once for it. */
  maxLineBytes: number;
  onLine(line: string): void;
  onOversized(lengthBytes: number): void;
}

const newline = 0x0a;

/**
 * Splits a byte stream into lines of UTF-8. Chunks may split a line anywhere,
 * inside a character too: a line is decoded only once all of its bytes are
 * there. The last line may lack its newline. Blank lines are passed over.
 */
export class LineReader {
  #parts: Buffer[] = [];
  #lengthBytes = 0;

  constructor(private readonly options: LineReaderOptions) {}

  push(chunk: Buffer): void {
    let start = 0;
    for (
      let end = chunk.indexOf(newline);
      end >= 0;
      end = chunk.indexOf(newline, start)
    ) {
      this.#keep(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** The stream has ended: what is left is a line too. */
  end(): void {
    this.#finish();
  }

  #keep(part: Buffer): void {
    this.#lengthBytes += part.length;
    if (this.#lengthBytes > this.options.maxLineBytes) {
      this.#parts = [];
    } else if (part.length > 0) {
      this.#parts.push(part);
    }
  }

  #finish(): void {
    const lengthBytes = this.#lengthBytes;
    const parts = this.#parts;
    this.#parts = [];
    this.#lengthBytes = 0;
    if (lengthBytes > this.options.maxLineBytes) {
      this.options.onOversized(lengthBytes);
      return;
    }
    // Most lines lie in one chunk, and need not be put together.
    const [first] = parts;
    const bytes = first && parts.length === 1 ? first : Buffer.concat(parts);
    const line = bytes.toString("utf8").trimEnd();
    if (line !== "") {
      this.options.onLine(line);
    }
  }
}

import { type FileHandle, open, rm } from "node:fs/promises";
import { LineReader } from "../node/lineStream";

/** One line of a claim; `text` is undefined when it was too long to be kept. */
export interface ClaimLine {
  text: string | undefined;
  lengthBytes: number;
}

const chunkBytes = 64 * 1024;

/** A record has 5 KB at most; anything near this is damage. */
const maxLineBytes = 256 * 1024;

/** Reads one claim line by line in bounded chunks, and removes it when it is done with. */
export class ClaimReader {
  readonly #lines: ClaimLine[] = [];
  readonly #splitter = new LineReader({
    maxLineBytes,
    onLine: (text) =>
      this.#lines.push({ text, lengthBytes: Buffer.byteLength(text) }),
    onOversized: (lengthBytes) =>
      this.#lines.push({ text: undefined, lengthBytes }),
  });
  readonly #chunk = Buffer.alloc(chunkBytes);
  #isAtEnd = false;

  private constructor(
    readonly path: string,
    /** Tells files apart whatever they are called. */
    readonly inode: bigint,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<ClaimReader> {
    const file = await open(path, "r");
    const { ino } = await file.stat({ bigint: true });
    return new ClaimReader(path, ino, file);
  }

  /** The next lines, at most `max`; none at the end. */
  async next(max: number): Promise<ClaimLine[]> {
    while (this.#lines.length < max && !this.#isAtEnd) {
      const { bytesRead } = await this.file.read(this.#chunk, 0, chunkBytes);
      if (bytesRead === 0) {
        this.#isAtEnd = true;
        this.#splitter.end();
      } else {
        // The splitter keeps parts of what it is given, and the chunk is used again.
        this.#splitter.push(Buffer.from(this.#chunk.subarray(0, bytesRead)));
      }
    }
    return this.#lines.splice(0, max);
  }

  /** The file stays: its lines come again when it is opened the next time. */
  async close(): Promise<void> {
    await this.file.close();
  }

  /** To be called once everything in it was acknowledged or quarantined. */
  async remove(): Promise<void> {
    await this.file.close();
    await rm(this.path, { force: true });
  }
}

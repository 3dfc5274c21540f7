import { existsSync } from "node:fs";
import { type FileHandle, rm } from "node:fs/promises";
import { openForRead } from "./readFile";

/** One line of a claim. */
export interface ClaimLine {
  /** Undefined when it was too long to be kept. */
  text: string | undefined;
  lengthBytes: number;
  /** Where the next line starts in the file. */
  endBytes: number;
}

/** A place in a claim, between two lines. */
export interface ClaimPosition {
  bytes: number;
  /** Lines before it that are not blank. */
  lines: number;
}

export type ClaimOutcome =
  | { kind: "opened"; claim: ClaimReader }
  | { kind: "missing" }
  | { kind: "unusable"; reason: string };

const chunkBytes = 256 * 1024;
const newline = 0x0a;

/** A record has some 12 KB at most; anything near this is damage. */
const maxLineBytes = 256 * 1024;

/** Reads one claim line by line in bounded chunks, and removes it when it is done with. */
export class ClaimReader {
  #lines: ClaimLine[] = [];
  readonly #chunk = Buffer.alloc(chunkBytes);
  /** Of a line whose end was not seen yet. */
  #rest = Buffer.alloc(0);
  /** Bytes of it that were too many to be kept. */
  #skippedBytes = 0;
  /** Where the next chunk starts in the file. */
  #position: number;
  #isAtEnd = false;

  private constructor(
    readonly path: string,
    /** Tells files apart whatever they are called. */
    readonly inode: bigint,
    private readonly file: FileHandle,
    startBytes: number,
  ) {
    this.#position = startBytes;
  }

  /** `start` is passed over: that much was acknowledged. Throws what the file system threw. */
  static async open(path: string, start: ClaimPosition): Promise<ClaimOutcome> {
    const outcome = await openForRead(path);
    if (outcome.kind !== "opened") {
      return outcome;
    }
    const { ino } = await outcome.file.stat({ bigint: true });
    const claim = new ClaimReader(path, ino, outcome.file, start.bytes);
    return { kind: "opened", claim };
  }

  /** Whether its file is still there: the user may have deleted what waits. */
  get isThere(): boolean {
    return existsSync(this.path);
  }

  /** The next lines that are not blank, at most `max`; none at the end. */
  async next(max: number): Promise<ClaimLine[]> {
    while (this.#lines.length < max && !this.#isAtEnd) {
      const { bytesRead } = await this.file.read(
        this.#chunk,
        0,
        chunkBytes,
        this.#position,
      );
      if (bytesRead === 0) {
        this.#isAtEnd = true;
        this.#take(this.#rest, this.#position);
      } else {
        this.#split(this.#chunk.subarray(0, bytesRead));
        this.#position += bytesRead;
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

  #split(chunk: Buffer): void {
    let start = 0;
    for (
      let end = chunk.indexOf(newline);
      end >= 0;
      end = chunk.indexOf(newline, start)
    ) {
      const part = chunk.subarray(start, end);
      const line =
        this.#rest.length > 0 ? Buffer.concat([this.#rest, part]) : part;
      this.#take(line, this.#position + end + 1);
      start = end + 1;
    }
    if (start < chunk.length) {
      this.#keep(chunk.subarray(start));
    }
  }

  /** The chunk is used again: what is kept of it is copied. */
  #keep(part: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, part]);
    if (this.#rest.length > maxLineBytes) {
      this.#skippedBytes += this.#rest.length;
      this.#rest = Buffer.alloc(0);
    }
  }

  #take(line: Buffer, endBytes: number): void {
    const lengthBytes = this.#skippedBytes + line.length;
    const isTooLong = this.#skippedBytes > 0 || line.length > maxLineBytes;
    this.#rest = Buffer.alloc(0);
    this.#skippedBytes = 0;
    if (isTooLong) {
      this.#lines.push({ text: undefined, lengthBytes, endBytes });
    } else if (lengthBytes > 0) {
      this.#lines.push({ text: line.toString("utf8"), lengthBytes, endBytes });
    }
  }
}

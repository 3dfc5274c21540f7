import type { FileHandle } from "node:fs/promises";
import { oversizedLine, parseStoredLine, type StoredLine } from "./storedLine";

/** How much is read at once. */
const usualChunkBytes = 256 * 1024;
/** A longer line is not loaded. The longest that the CLI itself accepts is about this. */
const longestLineBytes = 16 * 1024 * 1024;
/** Of a line that is not loaded, how much of each end is looked at. */
const endBytes = 4 * 1024;

const newline = 0x0a;

export interface BackwardOptions {
  /** Where to begin, in bytes: lines before it, the nearest first. */
  end: number;
  /** Spares the parsing of lines that are not wanted; those are passed over. */
  wants?: (bytes: Buffer) => boolean;
  longestLineBytes?: number;
  chunkBytes?: number;
}

/**
 * The lines of a file from `end` to its start, newest first, read in chunks:
 * never more than a chunk and a line are in memory. Blank lines are passed
 * over. A file that is shorter than `end` ends earlier.
 */
export async function* backwardLines(
  file: FileHandle,
  options: BackwardOptions,
): AsyncGenerator<StoredLine> {
  const limit = options.longestLineBytes ?? longestLineBytes;
  const chunkBytes = options.chunkBytes ?? usualChunkBytes;
  const wants = options.wants ?? (() => true);
  let line = new Pending(options.end, limit);
  for (let end = options.end; end > 0;) {
    const start = Math.max(0, end - chunkBytes);
    const chunk = await readRange(file, start, end - start);
    let rest = chunk;
    for (
      let at = rest.lastIndexOf(newline);
      at >= 0;
      at = rest.lastIndexOf(newline)
    ) {
      line.prepend(rest.subarray(at + 1));
      const found = await line.finish(file, wants);
      if (found) {
        yield found;
      }
      line = new Pending(start + at, limit);
      rest = rest.subarray(0, at);
    }
    line.prepend(rest);
    end = start;
  }
  const first = await line.finish(file, wants);
  if (first) {
    yield first;
  }
}

/** Reads the bytes of a range, or as many as there are. */
export async function readRange(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(
      buffer,
      filled,
      length - filled,
      position + filled,
    );
    if (bytesRead === 0) {
      break;
    }
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** A line whose end is known and whose start is being looked for. */
class Pending {
  #parts: Buffer[] = [];
  #lengthBytes = 0;

  constructor(
    private readonly end: number,
    private readonly limit: number,
  ) {}

  prepend(part: Buffer): void {
    this.#lengthBytes += part.length;
    if (this.#lengthBytes > this.limit) {
      this.#parts = [];
    } else if (part.length > 0) {
      this.#parts.unshift(part);
    }
  }

  /** The whole line is there; undefined when it is blank or not wanted. */
  async finish(
    file: FileHandle,
    wants: (bytes: Buffer) => boolean,
  ): Promise<StoredLine | undefined> {
    const lengthBytes = this.#lengthBytes;
    const place = { offset: this.end - lengthBytes, lengthBytes };
    if (lengthBytes > this.limit) {
      const length = Math.min(endBytes, lengthBytes);
      const head = await readRange(file, place.offset, length);
      const tail = await readRange(file, this.end - length, length);
      return oversizedLine(place, head, tail);
    }
    const [only] = this.#parts;
    const bytes =
      this.#parts.length === 1 && only ? only : Buffer.concat(this.#parts);
    return isBlank(bytes) || !wants(bytes)
      ? undefined
      : parseStoredLine(place, bytes);
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

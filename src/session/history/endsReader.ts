import { close, open, read } from "node:fs";
import { promisify } from "node:util";
import type { Ends } from "./summary";

/** Of the first prompt the beginning is enough; it comes after little else. */
const headBytes = 16 * 1024;
/** The CLI repeats titles so that they are in the last 64 KiB, where it looks for them itself. */
const tailBytes = 64 * 1024;

const openFile = promisify(open);
const closeFile = promisify(close);

/** Reads the two ends of one file after the other into the same memory. */
export class EndsReader {
  readonly #buffer = Buffer.allocUnsafeSlow(headBytes + tailBytes);

  /** What is given is valid until the next read. Throws what the file system threw. */
  async read(path: string, sizeBytes: number): Promise<Ends> {
    const file = await openFile(path, "r");
    try {
      if (sizeBytes <= this.#buffer.length) {
        return {
          head: await this.#fill(file, 0, sizeBytes, 0),
          tail: undefined,
          sizeBytes,
        };
      }
      return {
        head: await this.#fill(file, 0, headBytes, 0),
        tail: await this.#fill(
          file,
          headBytes,
          tailBytes,
          sizeBytes - tailBytes,
        ),
        sizeBytes,
      };
    } finally {
      await closeFile(file);
    }
  }

  async #fill(
    file: number,
    at: number,
    length: number,
    position: number,
  ): Promise<Buffer> {
    const bytesRead = await new Promise<number>((resolve, reject) => {
      read(file, this.#buffer, at, length, position, (error, count) =>
        error ? reject(error) : resolve(count),
      );
    });
    return this.#buffer.subarray(at, at + bytesRead);
  }
}

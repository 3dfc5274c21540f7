import { readSync } from "node:fs";
import { hasCode } from "../queue/fileErrors";

/** Beyond this an event is recorded without its detail. */
export const maxInputBytes = 1024 * 1024;

const chunkBytes = 64 * 1024;
const pauseMs = 2;

/**
 * All of an input, read synchronously: streams take longer to load than the
 * whole of this. Undefined when it is longer than `maxBytes`; it is read to
 * its end all the same, so that whoever writes it meets no broken pipe.
 */
export function readInput(
  file: number,
  maxBytes = maxInputBytes,
): string | undefined {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const parts: Buffer[] = [];
  let lengthBytes = 0;
  for (;;) {
    const count = readChunk(file, chunk);
    if (count === 0) {
      break;
    }
    lengthBytes += count;
    if (lengthBytes <= maxBytes) {
      parts.push(Buffer.from(chunk.subarray(0, count)));
    } else {
      parts.length = 0;
    }
  }
  return lengthBytes > maxBytes
    ? undefined
    : Buffer.concat(parts).toString("utf8");
}

function readChunk(file: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(file, chunk);
    } catch (error) {
      if (hasCode(error, "EOF")) {
        // How Windows says that a pipe has ended.
        return 0;
      }
      if (!hasCode(error, "EAGAIN")) {
        throw error;
      }
      // A pipe that somebody made non-blocking: a pause without an event loop.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}

import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Where processes of this machine meet under a name: an abstract socket on
 * Linux, a named pipe on Windows, elsewhere a socket in the file system. The
 * first two are gone with the process that bound them.
 */
export function socketAddress(name: string): string {
  const id = createHash("sha256").update(name).digest("hex").slice(0, 32);
  switch (process.platform) {
    case "linux":
      return `\0failproof-${id}`;
    case "win32":
      return `\\\\.\\pipe\\failproof-${id}`;
    default:
      return join(tmpdir(), `failproof-${id}.sock`);
  }
}

/** Whether the address is a file, which outlives the process that bound it. */
export function isSocketFile(address: string): boolean {
  return process.platform !== "win32" && !address.startsWith("\0");
}

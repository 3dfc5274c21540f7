import { closeSync, openSync, readSync } from "node:fs";

/**
 * A random UUID (version 4) from the system's own source: loading node:crypto
 * for it would take longer than the rest of a hook. Where there is no such
 * file (Windows), node:crypto it is.
 */
export function randomId(): string {
  const bytes = systemBytes(16);
  if (!bytes) {
    return process.getBuiltinModule("node:crypto").randomUUID();
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

function systemBytes(count: number): Buffer | undefined {
  let file: number;
  try {
    file = openSync("/dev/urandom", "r");
  } catch {
    // The caller knows another way.
    return undefined;
  }
  try {
    const bytes = Buffer.alloc(count);
    return readSync(file, bytes) === count ? bytes : undefined;
  } finally {
    closeSync(file);
  }
}

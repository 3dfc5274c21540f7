/**
 * The line for a record's JSON: the same with a check at its end, so that a
 * damaged one is never taken for another event; see recordLine.ts.
 */
export function withCheck(json: string): string {
  const open = json.slice(0, -1);
  return `${open},"check":"${crc32Hex(Buffer.from(open))}"}`;
}

/**
 * The CRC-32 of zlib, hex. Half a byte at a time: the hook does it once, and
 * to load zlib for that would take longer.
 */
function crc32Hex(bytes: Buffer): string {
  const table = Array.from({ length: 16 }, (_, index) => {
    let entry = index;
    for (let bit = 0; bit < 4; bit += 1) {
      entry = entry & 1 ? (entry >>> 1) ^ 0xedb88320 : entry >>> 1;
    }
    return entry;
  });
  let crc = ~0;
  for (const byte of bytes) {
    crc = (crc >>> 4) ^ (table[(crc ^ byte) & 15] ?? 0);
    crc = (crc >>> 4) ^ (table[(crc ^ (byte >>> 4)) & 15] ?? 0);
  }
  return hexOfCheck(~crc >>> 0);
}

/** As it stands in the line. */
export function hexOfCheck(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}

/**
 * The longest beginning of `text` that has at most `maxBytes` bytes of UTF-8,
 * without half a character at its end.
 */
export function cutUtf8(text: string, maxBytes: number): string {
  // No character has less than one byte: what is beyond cannot fit.
  const bytes = Buffer.from(text.slice(0, maxBytes), "utf8");
  if (bytes.length <= maxBytes) {
    return bytes.toString("utf8");
  }
  let end = maxBytes;
  while (end > 0 && isContinuation(bytes[end])) {
    end -= 1;
  }
  return bytes.subarray(0, end).toString("utf8");
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
}

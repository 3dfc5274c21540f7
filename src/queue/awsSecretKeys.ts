import { looksRandom, redactedMark } from "./secretLooks";

/** Of an AWS secret key, which is base64 without any mark of its own. */
const keyLength = 40;

/**
 * Takes out what is exactly 40 characters of base64, alone and random: the
 * shape of an AWS secret key, and of little else. Such a run covers just one
 * of every 40 positions, so only those are looked at.
 */
export function withoutAwsSecretKeys(text: string): string {
  let clean = "";
  let done = 0;
  for (let at = keyLength - 1; at < text.length; at += keyLength) {
    const start = edge(text, at, -1);
    const end = edge(text, at, 1) + 1;
    if (end - start === keyLength && isKey(text, start, end)) {
      clean += text.slice(done, start) + redactedMark;
      done = end;
    }
  }
  return done === 0 ? text : clean + text.slice(done);
}

/** The last position of a run from `at` on, at most a key's length away; beyond `at` when there is none. */
function edge(text: string, at: number, step: 1 | -1): number {
  let count = 0;
  while (count <= keyLength && isBase64(text.charCodeAt(at + count * step))) {
    count += 1;
  }
  return at + (count - 1) * step;
}

function isKey(text: string, start: number, end: number): boolean {
  const around = (text[start - 1] ?? " ") + (text[end] ?? " ");
  return !/[=_.-]/.test(around) && looksRandom(text.slice(start, end));
}

/** A position outside of the text has no code, and is none. */
function isBase64(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    // The digits, and the slash before them.
    (code >= 0x2f && code <= 0x39) ||
    code === 0x2b
  );
}

import { redactedMark } from "./secretLooks";

/**
 * The end of a private key's block whose beginning was cut off. What is before
 * it is looked at backwards, from the mark: whole lines of base64, and the
 * last, which may be short. Each character is looked at once, since no such
 * line holds a mark.
 */
const keyTail =
  /(?<=((?:[A-Za-z0-9+/=]{32,80}(?:\s|\\[rn]){1,4}){0,256}(?:[A-Za-z0-9+/=]{1,80}(?:\s|\\[rn]){1,4})?))-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** To be called when whole blocks are gone. */
export function withoutKeyTails(text: string): string {
  if (!text.includes("PRIVATE KEY")) {
    return text;
  }
  let clean = "";
  let done = 0;
  for (const match of text.matchAll(keyTail)) {
    const from = Math.max(done, match.index - (match[1]?.length ?? 0));
    clean += text.slice(done, from) + redactedMark;
    done = match.index + match[0].length;
  }
  return clean + text.slice(done);
}

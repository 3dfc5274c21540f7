import { redactedMark } from "../queue/secretLooks";
import { scrubText } from "../queue/record";

const maxBytes = 300;

/**
 * What the server said, fit for a log and the status bar: short, on one line,
 * without secrets, and without the token in particular, whatever it looks like.
 */
export function serverWords(text: string, accessToken: string): string {
  const withoutToken =
    accessToken === "" ? text : text.replaceAll(accessToken, redactedMark);
  return scrubText(withoutToken, maxBytes).replace(/\s+/g, " ").trim();
}

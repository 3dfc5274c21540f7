import { withoutAwsSecretKeys } from "./awsSecretKeys";
import { withoutIssuedTokens } from "./issuedTokens";
import { withoutKeyTails } from "./keyTails";
import { redactedMark } from "./secretLooks";
import { secretShapes } from "./secretShapes";

/** More passes than any text was seen to need; a bound, so that the time is one too. */
const maxPasses = 8;

/**
 * The text without what looks like a secret. Deterministic, linear in its
 * length, and idempotent: what comes out is left alone the next time.
 */
export function redact(text: string): string {
  let current = text;
  for (let pass = 0; pass < maxPasses; pass += 1) {
    // What took a secret's place may complete another shape around it.
    const next = redactOnce(current);
    if (next === current) {
      return current;
    }
    current = next;
  }
  return current;
}

function redactOnce(text: string): string {
  const lower = text.toLowerCase();
  let current = text;
  for (const { signs, pattern, replace } of secretShapes) {
    if (signs.some((sign) => lower.includes(sign))) {
      current = replace
        ? current.replace(pattern, replace)
        : current.replace(pattern, redactedMark);
    }
  }
  return withoutAwsSecretKeys(withoutIssuedTokens(withoutKeyTails(current)));
}

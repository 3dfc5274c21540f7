/** A server cannot silence the relay for longer. */
export const maxRetryAfterMs = 5 * 60_000;

/**
 * What a Retry-After header says, in ms from `now`, 5 minutes at most: seconds
 * or an HTTP date (RFC 9110, section 10.2.3). Undefined when it says neither.
 */
export function retryAfterMs(
  header: string | null | undefined,
  now: number,
): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) {
    return boundedMs(Number(text) * 1000);
  }
  // Date.parse alone takes nearly anything for a date, such as "-1".
  const date = text.endsWith("GMT") ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : boundedMs(date - now);
}

/** Between nothing and 5 minutes. */
export function boundedMs(waitMs: number): number {
  return Math.min(maxRetryAfterMs, Math.max(0, waitMs));
}

/** How long to wait between attempts, in milliseconds. */
export interface BackoffOptions {
  baseMs: number;
  maxMs: number;
}

/**
 * Exponential back-off with full jitter: a random wait between 0 and
 * min(maxMs, baseMs · 2^attempt), so that clients cut off together do not come
 * back together. `attempt` counts from 0; `random` gives [0, 1).
 */
export function fullJitterMs(
  attempt: number,
  { baseMs, maxMs }: BackoffOptions,
  random: () => number,
): number {
  const ceilingMs = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(random() * ceilingMs);
}

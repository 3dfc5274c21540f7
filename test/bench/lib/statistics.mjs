// @ts-check

/**
 * The middle one; of an even count, between the two in the middle.
 * @param {readonly number[]} values
 */
export function median(values) {
  const sorted = ascending(values);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  return (lower + upper) / 2;
}

/**
 * By nearest rank: a value that was measured, none in between.
 * @param {readonly number[]} values
 * @param {number} percent
 */
export function percentile(values, percent) {
  const rank = Math.ceil((percent / 100) * values.length);
  return ascending(values)[rank - 1] ?? NaN;
}

/** @param {readonly number[]} values */
const ascending = (values) => [...values].sort((a, b) => a - b);

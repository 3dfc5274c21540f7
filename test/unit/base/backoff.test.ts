import assert from "node:assert/strict";
import fc from "fast-check";
import { fullJitterMs } from "../../../src/base/backoff";

describe("Full jitter", () => {
  const limits = { baseMs: 1_000, maxMs: 60_000 };

  it("stays between 0 and the doubled base, and below the limit, whatever the chance", () => {
    fc.assert(
      fc.property(
        fc.nat(2_000),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 600_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, baseMs, maxMs, chance) => {
          const waitMs = fullJitterMs(attempt, { baseMs, maxMs }, () => chance);
          const ceilingMs = Math.min(maxMs, baseMs * 2 ** attempt);
          assert.ok(Number.isInteger(waitMs));
          assert.ok(waitMs >= 0 && waitMs <= ceilingMs, `${waitMs} ms`);
        },
      ),
    );
  });

  it("doubles its ceiling with every attempt until the limit is reached", () => {
    const ceilings = [0, 1, 2, 5, 6, 7].map((attempt) =>
      fullJitterMs(attempt, limits, () => 1),
    );
    assert.deepEqual(ceilings, [1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
  });

  it("uses all of the range, so that clients do not come back together", () => {
    const waits = [0, 0.25, 0.5, 0.75].map((chance) =>
      fullJitterMs(3, limits, () => chance),
    );
    assert.deepEqual(waits, [0, 2_000, 4_000, 6_000]);
  });
});

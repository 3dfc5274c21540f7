import fc from "fast-check";
import { QueueModel, type QueueStep } from "../../fakes/queueModel";

const writer = fc.integer({ min: 0, max: 2 });
const number = fc.nat(10_000);
const one = <const T extends string>(name: T) => fc.constant({ do: name });

const step: fc.Arbitrary<QueueStep> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      writer,
      decision: fc.constantFrom("allow", "deny", "ask", null),
    }),
  },
  { weight: 4, arbitrary: one("peek") },
  { weight: 4, arbitrary: one("settle") },
  { weight: 1, arbitrary: one("refuse") },
  { weight: 2, arbitrary: one("crash") },
  { weight: 1, arbitrary: one("makeRoom") },
  { weight: 1, arbitrary: fc.oneof(one("delete"), one("makeRoom")) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("tear" as const), bytes: number }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant("appendLate" as const), file: number },
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: fc.constant("dieMakingRoom" as const), file: number },
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: fc.constant("pass" as const), ms: fc.nat(500) },
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("garble" as const, "truncate" as const),
      ...{ file: number, at: number, length: number },
    }),
  },
);

/** Sequences that once went wrong; the seed and the path of a failure are in its message. */
const kept: QueueStep[][] = [];

describe("The queue, whatever happens to it", function () {
  this.timeout(120_000);

  it("delivers every confirmed event, in order, or counts it; and none that was never written", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 120 }),
        async (steps) => {
          const model = new QueueModel();
          try {
            for (const one of steps) {
              await model.run(one);
            }
            await model.conclude();
          } finally {
            await model.dispose();
          }
        },
      ),
      {
        numRuns: Number(process.env["FAILPROOF_MODEL_RUNS"] ?? 150),
        examples: kept.map((steps): [QueueStep[]] => [steps]),
      },
    );
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { ReplayBuffer } from "../../../src/bridge/replayBuffer";
import type { ToWebview } from "../../../src/protocol/chatMessages";

const message = (id: string): ToWebview => ({
  type: "event",
  event: { type: "itemRemoved", id },
});
const sizeOf = (id: string) => JSON.stringify(message(id)).length;

describe("The replay buffer", () => {
  function filled(
    count: number,
    limits: Partial<{ maxMessages: number; maxSize: number }> = {},
  ): ReplayBuffer {
    const roomy = { maxMessages: 1_000, maxSize: 1_000_000 };
    const buffer = new ReplayBuffer("e", { ...roomy, ...limits });
    for (let seq = 1; seq <= count; seq++) {
      buffer.add(message(String(seq)));
    }
    return buffer;
  }
  const seqs = (buffer: ReplayBuffer, seq: number) =>
    buffer.after(seq)?.map((envelope) => envelope.seq);

  it("numbers from 1 within its epoch", () => {
    const buffer = filled(0);
    assert.deepEqual(buffer.add(message("a")), {
      epoch: "e",
      seq: 1,
      body: message("a"),
    });
    assert.equal(buffer.add(message("b")).seq, 2);
  });

  it("gives what came after a number, and nothing when nothing did", () => {
    assert.deepEqual(seqs(filled(3), 0), [1, 2, 3]);
    assert.deepEqual(seqs(filled(3), 1), [2, 3]);
    assert.deepEqual(seqs(filled(3), 3), []);
    assert.deepEqual(seqs(filled(0), 0), []);
  });

  it("knows nothing of numbers that it never gave", () => {
    assert.equal(seqs(filled(3), 4), undefined);
    assert.equal(seqs(filled(0), 1), undefined);
  });

  it("forgets what was acknowledged", () => {
    const buffer = filled(3);
    buffer.acknowledge(2);
    assert.deepEqual(seqs(buffer, 2), [3]);
    assert.equal(seqs(buffer, 1), undefined);
    buffer.acknowledge(1);
    assert.deepEqual(seqs(buffer, 2), [3]);
    buffer.acknowledge(3);
    assert.deepEqual(seqs(buffer, 3), []);
    assert.equal(buffer.add(message("next")).seq, 4);
    assert.deepEqual(seqs(buffer, 3), [4]);
  });

  it("keeps no more messages than allowed", () => {
    const buffer = filled(10, { maxMessages: 4 });
    assert.deepEqual(seqs(buffer, 6), [7, 8, 9, 10]);
    assert.equal(seqs(buffer, 5), undefined);
  });

  it("keeps no more text than allowed", () => {
    const buffer = filled(9, { maxSize: 3 * sizeOf("1") });
    assert.deepEqual(seqs(buffer, 6), [7, 8, 9]);
    assert.equal(seqs(buffer, 5), undefined);
  });

  it("keeps the last message however long it is", () => {
    const buffer = filled(3, { maxSize: 100 });
    buffer.add(message("x".repeat(1_000)));
    assert.deepEqual(seqs(buffer, 3), [4]);
    assert.equal(seqs(buffer, 2), undefined);
    buffer.add(message("5"));
    assert.deepEqual(seqs(buffer, 4), [5]);
  });

  it("has room again for what was acknowledged", () => {
    const buffer = filled(3, { maxSize: 3 * sizeOf("1") });
    buffer.acknowledge(3);
    [4, 5, 6].forEach((seq) => buffer.add(message(String(seq))));
    assert.deepEqual(seqs(buffer, 3), [4, 5, 6]);
  });

  it("gives all that is missing or says that it cannot, whatever was acknowledged and dropped", () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat(40) }),
      fc.record({ acknowledge: fc.nat(60) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 800 }),
        (steps, maxMessages, maxSize) => {
          const buffer = filled(0, { maxMessages, maxSize });
          let last = 0;
          for (const each of steps) {
            if ("add" in each) {
              last = buffer.add(message("x".repeat(each.add))).seq;
            } else {
              buffer.acknowledge(each.acknowledge);
            }
            const kept = Array.from({ length: last + 1 }, (_, seq) =>
              seqs(buffer, seq),
            ).filter((missing) => missing !== undefined);
            assert.ok(kept.length >= 1 && kept.length <= maxMessages + 1);
            kept.reverse().forEach((missing, count) => {
              const first = last - count + 1;
              const expected = Array.from(
                { length: count },
                (_, n) => first + n,
              );
              assert.deepEqual(missing, expected);
            });
          }
        },
      ),
    );
  });
});

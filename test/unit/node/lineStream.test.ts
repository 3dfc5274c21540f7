import assert from "node:assert/strict";
import fc from "fast-check";
import { LineReader } from "../../../src/node/lineStream";

function read(chunks: readonly Buffer[], maxLineBytes = 1_000_000) {
  const lines: string[] = [];
  const oversized: number[] = [];
  const reader = new LineReader({
    maxLineBytes,
    onLine: (line) => lines.push(line),
    onOversized: (lengthBytes) => oversized.push(lengthBytes),
  });
  chunks.forEach((chunk) => reader.push(chunk));
  reader.end();
  return { lines, oversized };
}

/** Cuts at the given places, inside characters too. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = places
    .map((place) => place % (bytes.length + 1))
    .toSorted((one, other) => one - other);
  return [...sorted, bytes.length].map((end, index) =>
    bytes.subarray(sorted[index - 1] ?? 0, end),
  );
}

const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\n", "\r\n", "  ", "täglich", "日本語", "👩‍🚀", "\u2028"),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

describe("The line reader", () => {
  it("gives the same lines however the bytes are cut", () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(500)), (whole, places) => {
        const expected = whole
          .split("\n")
          .map((line) => line.trimEnd())
          .filter((line) => line !== "");
        const { lines, oversized } = read(cut(Buffer.from(whole), places));
        assert.deepEqual(lines, expected);
        assert.deepEqual(oversized, []);
      }),
      { numRuns: 500 },
    );
  });

  it("puts characters together whose bytes come one at a time", () => {
    const bytes = Buffer.from('{"text":"täglich 日本語 👩‍🚀"}\n');
    const single = [...bytes].map((byte) => Buffer.from([byte]));
    assert.deepEqual(read(single).lines, ['{"text":"täglich 日本語 👩‍🚀"}']);
  });

  it("gives a line as soon as its newline is there", () => {
    const lines: string[] = [];
    const reader = new LineReader({
      maxLineBytes: 100,
      onLine: (line) => lines.push(line),
      onOversized: () => assert.fail(),
    });
    reader.push(Buffer.from("one\ntw"));
    assert.deepEqual(lines, ["one"]);
    reader.push(Buffer.from("o\n"));
    assert.deepEqual(lines, ["one", "two"]);
  });

  it("gives the last line without a newline, and no line twice", () => {
    assert.deepEqual(read([Buffer.from("a\nb")]).lines, ["a", "b"]);
    assert.deepEqual(read([Buffer.from("a\nb\n")]).lines, ["a", "b"]);
  });

  it("passes over blank lines and takes away carriage returns", () => {
    const { lines } = read([Buffer.from("\n  \r\na\r\n\n\n b \r\n")]);
    assert.deepEqual(lines, ["a", " b"]);
  });

  it("takes a line that is just as long as allowed", () => {
    const { lines, oversized } = read([Buffer.from("12345\n1234567\n")], 5);
    assert.deepEqual(lines, ["12345"]);
    assert.deepEqual(oversized, [7]);
  });

  it("passes over an oversized line, says how long it was, and goes on", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 11, max: 300 }),
        fc.array(fc.nat(500)),
        (lengthBytes, places) => {
          const bytes = Buffer.from(`a\n${"x".repeat(lengthBytes)}\nb\n`);
          const { lines, oversized } = read(cut(bytes, places), 10);
          assert.deepEqual(lines, ["a", "b"]);
          assert.deepEqual(oversized, [lengthBytes]);
        },
      ),
    );
  });

  it("counts bytes and not characters", () => {
    const { lines, oversized } = read([Buffer.from("日本\n日\n")], 5);
    assert.deepEqual(lines, ["日"]);
    assert.deepEqual(oversized, [6]);
  });

  it("says so of an oversized line that never ended, too", () => {
    const { lines, oversized } = read([Buffer.from("123456")], 5);
    assert.deepEqual(lines, []);
    assert.deepEqual(oversized, [6]);
  });
});

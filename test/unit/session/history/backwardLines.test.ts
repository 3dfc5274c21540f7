import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import fc from "fast-check";
import {
  type BackwardOptions,
  backwardLines,
} from "../../../../src/session/history/backwardLines";
import type { StoredLine } from "../../../../src/session/history/storedLine";
import { TranscriptFiles } from "../../../fakes/transcriptFiles";

describe("The lines of a file from its end", () => {
  let files: TranscriptFiles;
  beforeEach(() => {
    files = new TranscriptFiles();
  });
  afterEach(() => files.remove());

  const read = async (
    content: Buffer,
    options: Partial<BackwardOptions> = {},
  ): Promise<StoredLine[]> => {
    const file = await open(files.write(content), "r");
    try {
      const lines: StoredLine[] = [];
      const end = options.end ?? content.length;
      for await (const line of backwardLines(file, { ...options, end })) {
        lines.push(line);
      }
      return lines;
    } finally {
      await file.close();
    }
  };

  /** All lines that are not blank, read at once. */
  const expected = (content: Buffer) => {
    const lines: { offset: number; bytes: Buffer }[] = [];
    for (let start = 0; start <= content.length;) {
      const found = content.indexOf("\n", start);
      const end = found < 0 ? content.length : found;
      const bytes = content.subarray(start, end);
      if (!/^[ \t-\r]*$/.test(bytes.toString("latin1"))) {
        lines.push({ offset: start, bytes });
      }
      start = end + 1;
    }
    return lines;
  };

  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((json) => Buffer.from(json)),
    fc
      .string({ unit: "binary", maxLength: 20 })
      .map((text) => Buffer.from(JSON.stringify({ text }))),
    fc
      .constantFrom("\n", "\r\n", "\n\n", " \n", "{}\n")
      .map((text) => Buffer.from(text)),
  );
  const contents = fc
    .array(pieces, { maxLength: 30 })
    .map((list) => Buffer.concat(list));

  it("are all of its lines, each once and in its place, whatever the bytes and the chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        contents,
        fc.integer({ min: 1, max: 50 }),
        async (content, chunkBytes) => {
          const lines = (await read(content, { chunkBytes })).reverse();
          const whole = expected(content);
          assert.deepEqual(
            lines.map(({ offset, lengthBytes }) =>
              content.subarray(offset, offset + lengthBytes),
            ),
            whole.map(({ bytes }) => bytes),
          );
          assert.deepEqual(
            lines.map(({ offset }) => offset),
            whole.map(({ offset }) => offset),
          );
          for (const [index, line] of lines.entries()) {
            if (line.kind === "json") {
              assert.deepEqual(
                line.value,
                JSON.parse(whole[index]!.bytes.toString()),
              );
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keep characters whole that a chunk's border splits", async () => {
    const content = Buffer.from('{"text":"日本語 😀"}\n{"text":"ü"}\n');
    for (let chunkBytes = 1; chunkBytes <= content.length; chunkBytes++) {
      const lines = await read(content, { chunkBytes });
      const values = lines.map((line) => line.kind === "json" && line.value);
      assert.deepEqual(values, [{ text: "ü" }, { text: "日本語 😀" }]);
    }
  });

  it("tell of a line that is too long without loading it, and where it hangs", async () => {
    const long = JSON.stringify({
      parentUuid: "p-1",
      message: "x".repeat(5_000),
      uuid: "u-1",
      cwd: "/",
    });
    const content = Buffer.from(`{"n":1}\n${long}\n{"n":2}\n`);
    const lines = await read(content, {
      chunkBytes: 64,
      longestLineBytes: 4_096,
    });
    assert.deepEqual(lines[1], {
      kind: "oversized",
      offset: 8,
      lengthBytes: long.length,
      parentUuid: "p-1",
      uuid: "u-1",
    });
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      ["json", "oversized", "json"],
    );
  });

  it("begin before the end that is asked for", async () => {
    const lines = await read(Buffer.from('{"n":1}\n{"n":2}\n{"n":3}\n'), {
      end: 16,
    });
    assert.deepEqual(
      lines.map(({ offset }) => offset),
      [8, 0],
    );
  });

  it("end early, and without an error, in a file that became shorter", async () => {
    const lines = await read(Buffer.from('{"n":1}\n{"n":2}\n'), {
      end: 1_000,
      chunkBytes: 10,
    });
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      ["json", "json"],
    );
  });
});

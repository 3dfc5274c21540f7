import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { parseWireLine } from "../../../src/cli/wire";
import { LineReader } from "../../../src/node/lineStream";
import type { Conversation } from "../../../src/protocol/conversation";
import {
  readRecording,
  recordings,
  replay,
  Replay,
  type RecordedLine,
} from "../../fakes/recording";

/** Rewrites the golden files instead of comparing with them: read the difference before you commit it. */
const isUpdating = process.env["UPDATE_GOLDEN"] === "1";

/** Compares with test/fixtures/FILE: JSON, or JSON Lines. */
function assertGolden(file: string, value: unknown): void {
  const path = join(process.cwd(), "test/fixtures", file);
  const isLines = Array.isArray(value);
  if (isUpdating) {
    const lines = isLines ? value.map((entry) => JSON.stringify(entry)) : [];
    const whole = JSON.stringify(value, undefined, 2);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${isLines ? lines.join("\n") : whole}\n`);
  }
  const text = readFileSync(path, "utf8");
  const expected: unknown = isLines
    ? text
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line))
    : JSON.parse(text);
  assert.deepEqual(value, expected);
}

const isStreamEvent = ({ data }: RecordedLine) =>
  data["type"] === "stream_event";

/** What is not over yet: nothing of it may be left when the process is gone. */
function unfinished({ items, waiting }: Conversation): unknown[] {
  const open = items.filter(
    (item) =>
      ("streaming" in item && item.streaming) ||
      ("status" in item && ["preparing", "running"].includes(item.status)) ||
      (item.kind === "tool" && item.task?.status === "running"),
  );
  return waiting === null ? open : [...open, waiting];
}

/** Which prompts have ended more than once, and which items are there twice. */
function doubles({ conversation, events }: Replay): string[] {
  const ends = events.flatMap((event) =>
    event.type === "promptEnded" ? `end of ${event.id}` : [],
  );
  const items = conversation.items.map(({ id }) => `item ${id}`);
  const all = [...ends, ...items];
  return all.filter((name, index) => all.indexOf(name) !== index);
}

/** How much an answer was worth is told by its stream, and else only at its beginning. */
const withoutMeter = (conversation: Conversation) => ({
  ...conversation,
  context: null,
});

describe("What the CLI says becomes a transcript", () => {
  for (const name of recordings) {
    it(`the one that is expected: ${name}`, () => {
      const { conversation, events, unknownLines } = replay(
        readRecording(name),
      );
      assert.deepEqual(unknownLines, []);
      assertGolden(`events/${name}.jsonl`, events);
      // Of the process and its queue the lines of a turn say nothing.
      const shown: Partial<Conversation> = { ...conversation };
      delete shown.engine;
      assertGolden(`transcripts/${name}.json`, shown);
    });

    // A process that was killed leaves what it had streamed, and nothing whole.
    if (name !== "killAndResume") {
      it(`the same without the stream: ${name}`, () => {
        const lines = readRecording(name);
        const whole = lines.filter((line) => !isStreamEvent(line));
        assert.deepEqual(
          withoutMeter(replay(whole).conversation),
          withoutMeter(replay(lines).conversation),
        );
      });
    }

    it(`one in which nothing goes on once the process is gone, whenever that is: ${name}`, () => {
      const lines = readRecording(name);
      for (let length = 0; length <= lines.length; length += 1) {
        const player = replay(lines.slice(0, length));
        player.endProcess(lines[length - 1]?.t ?? 0);
        assert.deepEqual(unfinished(player.conversation), []);
        assert.deepEqual(doubles(player), []);
        for (const item of player.conversation.items) {
          assert.ok(item.kind !== "prompt" || item.outcome, "It has no end.");
        }
      }
    });
  }

  it("the same however its bytes come in pieces", () => {
    const spoken = recordings.map((name) => {
      const lines = readRecording(name).filter(({ dir }) => dir === "out");
      // A character of several bytes, in a line that nobody knows.
      const texts = lines.map(({ data }) => JSON.stringify(data));
      return Buffer.from(`${texts.join("\n")}\n{"type":"🙂 ümläut"}`);
    });
    const cuts = fc.array(fc.integer({ min: 1, max: 3_000 }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.constantFrom(...spoken), cuts, (bytes, sizes) => {
        const whole = heard(bytes, [bytes.length]);
        const pieces = heard(bytes, sizes);
        assert.deepEqual(pieces.events, whole.events);
        assert.deepEqual(pieces.unknownLines, ["🙂 ümläut"]);
      }),
      { numRuns: 100 },
    );
  });

  it("whatever is cut out or comes in another order", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...recordings).chain((name) => {
          const lines = readRecording(name);
          return fc.shuffledSubarray(lines, { maxLength: lines.length });
        }),
        (lines) => {
          const player = replay(lines.filter(({ dir }) => dir !== "end"));
          assert.deepEqual(doubles(player), []);
          player.endProcess(0);
          assert.deepEqual(unfinished(player.conversation), []);
          assert.deepEqual(doubles(player), []);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it("also when several conversations are mixed up, and lines are doubled", () => {
    const said = recordings
      .flatMap(readRecording)
      .filter(({ dir }) => dir === "out");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...said), { maxLength: 60 }),
        (lines) => {
          const player = replay(lines);
          player.endProcess(0);
          assert.deepEqual(unfinished(player.conversation), []);
          assert.deepEqual(doubles(player), []);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("also where it says what nobody knows", () => {
    const known = recordings
      .flatMap(readRecording)
      .filter(({ dir }) => dir === "out")
      .map(({ data }) => data);
    /** Lines that look like known ones, with a part that is something else. */
    const mutated = fc
      .tuple(fc.constantFrom(...known), fc.nat(), fc.jsonValue())
      .map(([data, which, value]) => {
        const keys = Object.keys(data);
        return { ...data, [keys[which % keys.length] ?? "type"]: value };
      });
    const text = fc
      .oneof(mutated, fc.jsonValue())
      .map((line) => JSON.stringify(line));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(text, fc.string()), { maxLength: 20 }),
        (lines) => {
          const player = new Replay();
          for (const line of lines) {
            player.takeWireLine(parseWireLine(line), 0);
          }
          player.endProcess(0);
          assert.deepEqual(unfinished(player.conversation), []);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

/** The bytes in pieces of these sizes, over and over. */
function heard(bytes: Buffer, sizes: number[]): Replay {
  const player = new Replay();
  const reader = new LineReader({
    maxLineBytes: 1_000_000,
    onLine: (line) => player.takeWireLine(parseWireLine(line), 0),
    onOversized: () => assert.fail("No line is that long."),
  });
  for (let start = 0, next = 0; start < bytes.length; next += 1) {
    const end = start + (sizes[next % sizes.length] ?? 1);
    reader.push(bytes.subarray(start, end));
    start = end;
  }
  reader.end();
  return player;
}

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { parseWireLine } from "../../../src/cli/wire";
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

const goldenOf = (name: string) =>
  join(process.cwd(), "test/fixtures/transcripts", `${name}.json`);

const isStreamEvent = ({ data }: RecordedLine) =>
  data["type"] === "stream_event";

/** What is not over yet: nothing of it may be left when the process is gone. */
function unfinished({ items }: Conversation): unknown[] {
  return items.filter(
    (item) =>
      ("streaming" in item && item.streaming) ||
      (item.kind === "tool" && item.status === "running"),
  );
}

describe("What the CLI says becomes a transcript", () => {
  for (const name of recordings) {
    it(`the one that is expected: ${name}`, () => {
      const conversation = replay(readRecording(name));
      const file = goldenOf(name);
      if (isUpdating) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, `${JSON.stringify(conversation, undefined, 2)}\n`);
      }
      const expected: unknown = JSON.parse(readFileSync(file, "utf8"));
      assert.deepEqual(conversation, expected);
    });

    // A process that was killed leaves what it had streamed, and nothing whole.
    if (name !== "killAndResume") {
      it(`the same without the stream: ${name}`, () => {
        const lines = readRecording(name);
        const whole = lines.filter((line) => !isStreamEvent(line));
        assert.deepEqual(replay(whole), replay(lines));
      });
    }

    it(`one in which nothing goes on once the process is gone, whenever that is: ${name}`, () => {
      const lines = readRecording(name);
      for (let length = 0; length <= lines.length; length += 1) {
        const player = new Replay();
        for (const line of lines.slice(0, length)) {
          player.take(line);
        }
        player.endProcess(lines[length - 1]?.t ?? 0);
        assert.deepEqual(unfinished(player.conversation), []);
      }
    });
  }

  it("whatever is cut, doubled or swapped in what it says", () => {
    const said = recordings
      .flatMap(readRecording)
      .filter(({ dir }) => dir !== "in");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...said), { maxLength: 60 }),
        (lines) => {
          const player = new Replay();
          for (const line of lines) {
            player.take(line);
          }
          player.endProcess(0);
          const { items } = player.conversation;
          assert.deepEqual(unfinished(player.conversation), []);
          assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("also where it says what nobody knows", () => {
    const known = readRecording("bashAllowed").map(({ data }) => data);
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
      { numRuns: 300 },
    );
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStoredLine } from "../../src/cli/storedLine";
import { parseWireLine, type WireLine } from "../../src/cli/wire";
import type {
  Conversation,
  ConversationEvent,
} from "../../src/protocol/conversation";
import { applyEvent, emptyConversation } from "../../src/protocol/transcript";
import {
  StoredTranslator,
  Translator,
} from "../../src/session/translate/translator";

/** A line of test/fixtures/cli/NAME.jsonl, as scripts/record.mjs wrote it. */
export interface RecordedLine {
  /** Milliseconds since the process started. */
  t: number;
  dir: "in" | "out" | "end";
  data: Record<string, unknown>;
}

const folder = join(process.cwd(), "test/fixtures/cli");

export const recordings = readdirSync(folder)
  .filter((file) => file.endsWith(".jsonl"))
  .map((file) => file.slice(0, -".jsonl".length))
  .sort();

export function readRecording(name: string): RecordedLine[] {
  return readFileSync(join(folder, `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RecordedLine);
}

/** What the translator and the one function that applies events make of recorded lines. */
export class Replay {
  conversation: Conversation = emptyConversation("c1", "/workspace");
  readonly events: ConversationEvent[] = [];
  /** What the lines were called that nobody knows. */
  readonly unknownLines: string[] = [];
  readonly #stored = new StoredTranslator("p1", "/workspace");
  #processes = 1;
  #translator = this.#nextTranslator();

  take({ t, dir, data }: RecordedLine): void {
    if (dir === "in") {
      this.#takeInput(data, t);
    } else if (dir === "end") {
      this.endProcess(t);
    } else {
      this.takeWireLine(parseWireLine(JSON.stringify(data)), t);
    }
  }

  takeWireLine(line: WireLine, t: number): void {
    if (line.type === "unknown") {
      this.unknownLines.push(line.what);
    }
    this.#apply(this.#translator.translate(line, t));
  }

  /** The conversation as it is on disk, read again. */
  takeStoredLine(text: string): void {
    const stored = parseStoredLine(text);
    if (stored) {
      this.#apply(this.#stored.translateStored(stored));
    }
  }

  endProcess(t: number): void {
    this.#apply(this.#translator.processEnded(t));
    this.#processes += 1;
    this.#translator = this.#nextTranslator();
  }

  /** What the session does when it writes such a line. */
  #takeInput(data: Record<string, unknown>, t: number): void {
    const { type, uuid, message, response } = data as unknown as {
      type: string;
      uuid: string;
      message: { content: { text?: string }[] };
      response: { request_id: string };
    };
    if (type === "user") {
      const text = message.content.at(-1)?.text ?? "";
      this.#apply([
        { type: "promptQueued", prompt: { id: uuid, text } },
        { type: "promptSent", id: uuid, at: t },
        ...this.#translator.promptSent(uuid, t),
      ]);
    } else if (type === "control_response") {
      this.#apply(this.#translator.askClosed(response.request_id));
    }
  }

  #nextTranslator(): Translator {
    return new Translator(`p${this.#processes}`, "/workspace");
  }

  #apply(events: ConversationEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      this.conversation = applyEvent(this.conversation, event);
    }
  }
}

export function replay(lines: RecordedLine[]): Replay {
  const player = new Replay();
  for (const line of lines) {
    player.take(line);
  }
  return player;
}

import { open, type FileHandle } from "node:fs/promises";
import { readRange } from "./backwardLines";
import { ConversationReader } from "./conversationReader";
import { findLeaf } from "./leaf";
import { MarkdownWriter } from "./markdown";
import { parseStoredLine, type StoredLine } from "./storedLine";

export interface Export {
  /** The transcript. */
  path: string;
  title: string;
  /** json: the lines of the conversation as they are stored, in a list. */
  format: "markdown" | "json";
  /** Takes the text piece by piece; the next comes when it has resolved. */
  write(text: string): Promise<void>;
  signal?: AbortSignal;
}

/** What is found at once while the conversation is traced; nothing of it is kept but where it is. */
const pageSize = { lines: 1_000, bytes: 1024 * 1024 };

/**
 * Exports a whole conversation, its abandoned branches left out. In memory are
 * the places of its lines and one line. Gives the number of lines; stops
 * between two of them when the signal is aborted. Throws what the file system
 * or `write` threw.
 */
export async function exportConversation(what: Export): Promise<number> {
  const file = await open(what.path, "r");
  try {
    const lines = await trace(file);
    const format =
      what.format === "json"
        ? jsonFormat(what.title)
        : markdownFormat(what.title);
    await what.write(format.start);
    for (const place of lines) {
      if (what.signal?.aborted) {
        break;
      }
      const text = await format.line(file, place);
      if (text !== "") {
        await what.write(text);
      }
    }
    await what.write(format.end());
    return lines.length;
  } finally {
    await file.close();
  }
}

type Traced = Pick<StoredLine, "kind" | "offset" | "lengthBytes">;

/** Where the lines of the conversation are, the oldest first. */
async function trace(file: FileHandle): Promise<Traced[]> {
  const { size } = await file.stat();
  const leaf = await findLeaf(file, size);
  const lines: Traced[] = [];
  if (leaf === undefined) {
    return lines;
  }
  const reader = new ConversationReader(leaf, size);
  for (let hasOlder = true; hasOlder;) {
    const page = await reader.read(file, pageSize);
    for (const { kind, offset, lengthBytes } of page.lines.reverse()) {
      lines.push({ kind, offset, lengthBytes });
    }
    hasOlder = page.hasOlder;
  }
  return lines.reverse();
}

interface Format {
  start: string;
  line(file: FileHandle, line: Traced): Promise<string>;
  end(): string;
}

function jsonFormat(title: string): Format {
  let separator = "\n";
  return {
    start: `{"title":${JSON.stringify(title)},"lines":[`,
    async line(file, { kind, offset, lengthBytes }) {
      const bytes =
        kind === "json"
          ? await readRange(file, offset, lengthBytes)
          : `{"type":"left-out","lengthBytes":${lengthBytes}}`;
      const text = separator + bytes.toString().trim();
      separator = ",\n";
      return text;
    },
    end: () => "\n]}\n",
  };
}

function markdownFormat(title: string): Format {
  const writer = new MarkdownWriter();
  return {
    start: writer.start(title),
    async line(file, line) {
      const { kind, ...place } = line;
      return writer.line(
        kind === "json"
          ? parseStoredLine(
              place,
              await readRange(file, place.offset, place.lengthBytes),
            )
          : {
              ...place,
              kind: "oversized",
              uuid: undefined,
              parentUuid: undefined,
            },
      );
    },
    end: () => writer.end(),
  };
}

import type { FileHandle } from "node:fs/promises";
import { backwardLines } from "./backwardLines";
import {
  isToolResult,
  messageIdOf,
  type Node,
  nodeOf,
  type StoredLine,
} from "./storedLine";

export interface PageSize {
  /** A page ends at the next message once it has this many lines, … */
  lines: number;
  /** … or this many bytes. */
  bytes: number;
}

export interface ConversationPage {
  /** Oldest first. */
  lines: StoredLine[];
  hasOlder: boolean;
  /** Lines from this offset on are in the agent's context: a fork can begin there. */
  contextStart: number;
}

/**
 * While a line is looked for in vain for this long, all of what is passed over
 * is parsed, since it may belong to a message that was answered in parallel;
 * further away only what may be the line itself is.
 */
const nearBytes = 1024 * 1024;

/**
 * Reads a conversation from its leaf to its root, a page at a time. A
 * transcript is a tree: each line names its parent, and what was rewound stays
 * in the file. What belongs is the chain of parents from the leaf, as the CLI
 * has it on `--resume` (measured on 2.1.329), and beyond a compaction the chain
 * that it was made of. A parent is before its child in the file; one that is
 * missing is replaced by the line before. The calls of one message that ran in
 * parallel hang beside the chain, with their results: they belong too.
 */
export class ConversationReader {
  #end: number;
  /** The line that comes next; undefined: whichever is the nearest. */
  #wanted: string | undefined;
  #hasOlder = true;
  #contextStart = 0;

  constructor(leaf: string, end: number) {
    this.#wanted = leaf;
    this.#end = end;
  }

  /** The next older page. Empty once the root was read. */
  async read(file: FileHandle, size: PageSize): Promise<ConversationPage> {
    const page = new PageInMaking(size);
    while (this.#hasOlder && !(await this.#walk(file, page))) {
      // A parent that is not in the file: the line before its child takes its place.
      this.#hasOlder = this.#wanted !== undefined;
      this.#wanted = undefined;
    }
    return {
      lines: page.finish(),
      hasOlder: this.#hasOlder,
      contextStart: this.#contextStart,
    };
  }

  /** False when the wanted line was not found. */
  async #walk(file: FileHandle, page: PageInMaking): Promise<boolean> {
    let passedBytes = 0;
    const wants = (bytes: Buffer) => {
      passedBytes += bytes.length;
      return passedBytes < nearBytes || bytes.includes(this.#wanted ?? "");
    };
    for await (const line of backwardLines(file, { end: this.#end, wants })) {
      const node = nodeOf(line);
      if (!node || node.uuid !== (this.#wanted ?? node.uuid)) {
        page.pass(line);
        continue;
      }
      if (page.isFullBefore(line)) {
        return true;
      }
      passedBytes = 0;
      page.add(line, node);
      this.#end = line.offset;
      this.#wanted = node.parent;
      if (node.isBoundary && this.#contextStart === 0) {
        this.#contextStart = line.offset;
      }
      if (node.parent === undefined) {
        this.#hasOlder = false;
        return true;
      }
    }
    return false;
  }
}

class PageInMaking {
  readonly #chain: { line: StoredLine; node: Node }[] = [];
  /** What may belong to a message of the page although it is not in its chain. */
  readonly #passed = new Map<number, StoredLine>();
  #bytes = 0;

  constructor(private readonly size: PageSize) {}

  add(line: StoredLine, node: Node): void {
    this.#chain.push({ line, node });
    this.#bytes += line.lengthBytes;
  }

  pass(line: StoredLine): void {
    if (messageIdOf(line) !== undefined || isToolResult(line)) {
      this.#passed.set(line.offset, line);
    }
  }

  /** A page begins with a whole message: neither in its middle nor with the result of a call. */
  isFullBefore(older: StoredLine): boolean {
    const oldest = this.#chain.at(-1)?.line;
    const isFull =
      this.#chain.length >= this.size.lines || this.#bytes >= this.size.bytes;
    if (!oldest || !isFull || isToolResult(oldest)) {
      return false;
    }
    const messageId = messageIdOf(oldest);
    return messageId === undefined || messageId !== messageIdOf(older);
  }

  finish(): StoredLine[] {
    const lines = this.#chain.map(({ line }) => line);
    const beside = this.#beside(lines.at(-1)?.offset ?? 0);
    const messages = new Set(lines.map(messageIdOf));
    const siblings = beside.filter((line) => {
      const id = messageIdOf(line);
      return id !== undefined && messages.has(id);
    });
    const calls = new Set(
      [...lines, ...siblings]
        .filter((line) => messageIdOf(line) !== undefined)
        .map((line) => nodeOf(line)?.uuid),
    );
    const results = beside.filter(
      (line) => isToolResult(line) && calls.has(nodeOf(line)?.parent),
    );
    return [...lines, ...siblings, ...results].sort(
      (one, other) => one.offset - other.offset,
    );
  }

  /** What was passed over, but for what the next page meets again and what is in the chain after all. */
  #beside(start: number): StoredLine[] {
    for (const { line } of this.#chain) {
      this.#passed.delete(line.offset);
    }
    return [...this.#passed.values()].filter(({ offset }) => offset > start);
  }
}

import type { TranscriptItem } from "../src/protocol/conversation";

export interface FindQuery {
  text: string;
  isRegex: boolean;
  isCaseSensitive: boolean;
  isWholeWord: boolean;
}

/** What to look for, or null when there is nothing or it is no regular expression. */
export function findPattern(query: FindQuery): RegExp | null {
  const { text, isRegex, isCaseSensitive, isWholeWord } = query;
  if (text === "") {
    return null;
  }
  const source = isRegex ? text : text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  try {
    return new RegExp(
      isWholeWord ? `(?<!\\w)(?:${source})(?!\\w)` : source,
      isCaseSensitive ? "gm" : "gim",
    );
  } catch {
    // Half of a regular expression while it is typed; the box says so.
    return null;
  }
}

/** How often it is found in an item, also in what is folded. */
export function countIn(item: TranscriptItem, pattern: RegExp): number {
  let count = 0;
  for (const text of textsOf(item)) {
    for (const match of text.matchAll(pattern)) {
      count += match[0] === "" ? 0 : 1;
    }
  }
  return count;
}

/** Whether it is found in what is shown only while the item is open. */
export function isFolded(item: TranscriptItem): boolean {
  return (
    item.kind === "tool" || item.kind === "thinking" || item.kind === "hook"
  );
}

function textsOf(item: TranscriptItem): string[] {
  switch (item.kind) {
    case "prompt":
    case "text":
    case "thinking":
    case "notice":
      return [item.text];
    case "tool": {
      const { summary, detail, output, patch } = item;
      const input = patch?.flatMap(({ lines }) => lines) ?? [detail || summary];
      return output === null ? input : [...input, output];
    }
    case "hook":
      return [item.output];
    case "compaction":
    case "turn":
      return [];
  }
}

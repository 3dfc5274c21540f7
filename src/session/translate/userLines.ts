import type { UserLine } from "../../cli/wire/messageLines";
import type { ConversationEvent } from "../../protocol/conversation";
import { notice } from "./notice";
import { parentOf, type Parts, settle } from "./parts";
import { imagesOf } from "./toolOutput";
import { readUserWords, type UserWords } from "./userWords";

/*
 * What comes in the user's name: the tools' results, echoes of prompts, and
 * notes of the CLI's own.
 */

export function translateUser(
  parts: Parts,
  line: UserLine,
  now: number,
): ConversationEvent[] {
  const { content } = line.message;
  if (typeof content === "string") {
    return said(parts, content, line, now);
  }
  const text: string[] = [];
  const events: ConversationEvent[] = [];
  for (const block of content) {
    if (block.type === "tool_result") {
      const { tool_use_id: id, is_error } = block;
      const details = line.tool_use_result;
      parts.waits.resumed(now);
      events.push(
        parts.tools.end(block, line, now),
        ...parts.tasks.toolEnded(id, details),
        ...parts.todos.toolEnded(id, is_error, details),
      );
    } else if (block.type === "text") {
      text.push(block.text);
    }
  }
  if (text.length > 0 || (events.length === 0 && content.length > 0)) {
    events.push(...said(parts, text.join("\n"), line, now));
  }
  return events;
}

/** Words in the user's name: an echo, a line of a file, or the CLI's own. */
function said(
  parts: Parts,
  text: string,
  line: UserLine,
  now: number,
): ConversationEvent[] {
  const isOurs = parts.isStored || line.isReplay === true;
  if (!isOurs || line.isSynthetic === true || parentOf(line, parts)) {
    return [];
  }
  const words = readUserWords(text);
  if (words.kind !== "prompt" || line.uuid == null) {
    return takeWords(parts, words, line.uuid ?? "", now);
  }
  parts.prompts.seen(line.uuid);
  const images = imagesOf(line.message.content);
  return [
    {
      type: "promptSeen",
      id: line.uuid,
      text: words.text,
      at: now,
      ...(images && { images }),
    },
  ];
}

export function takeWords(
  parts: Parts,
  words: UserWords,
  id: string,
  now: number,
): ConversationEvent[] {
  switch (words.kind) {
    case "printed":
      // The compaction is shown as what it is.
      return words.text === "" || words.text.startsWith("Compacted")
        ? []
        : [notice(`${parts.idPrefix}:printed:${id}`, words.text, "info")];
    case "interrupted":
      return parts.isStored
        ? [
            ...settle(parts, now, true),
            ...parts.prompts.lastEnded({ outcome: "interrupted" }),
          ]
        : [];
    case "prompt":
    case "note":
      return [];
  }
}

import type {
  AssistantLine,
  ContentBlock,
  StreamEventLine,
} from "../../cli/wire/messageLines";
import type {
  ConversationEvent,
  TranscriptItem,
} from "../../protocol/conversation";
import { failureOf } from "./failures";
import { notice } from "./notice";
import { parentOf, type Parts } from "./parts";

/*
 * What the agent says and wants: whole messages, and the stream of the one
 * that is being written.
 */

export function translateStreamEvent(
  parts: Parts,
  line: StreamEventLine,
  now: number,
): ConversationEvent[] {
  const { event } = line;
  if (line.parent_tool_use_id != null) {
    return [];
  }
  switch (event.type) {
    case "content_block_delta":
      return parts.stream.add(event);
    case "message_start":
      parts.waits.step("answer", now);
      return [
        ...parts.stream.begin(event.message.id),
        ...parts.facts.used(event.message.usage),
      ];
    case "content_block_start":
      return parts.stream.start(event, now);
    case "message_delta":
      return parts.facts.used(event.usage);
    case "message_stop": {
      parts.waits.step("agent", now);
      const gone = line.abandoned_blocks;
      return gone && parts.stream.isStreamed(gone.api_message_id)
        ? parts.stream.discard(gone.from_block_index)
        : [];
    }
    case "content_block_stop":
    case "ping":
      return [];
  }
}

/**
 * The whole message replaces what was streamed for its block. When it is
 * another message than the one that was streamed (the CLI's fallback after
 * an error in the middle of a stream), what was streamed is void.
 */
export function translateAssistant(
  parts: Parts,
  line: AssistantLine,
  now: number,
): ConversationEvent[] {
  const { id, content, usage } = line.message;
  if (line.error != null) {
    return refused(parts, line, line.error);
  }
  const parent = parentOf(line, parts);
  const isStreamed = parts.stream.isStreamed(id);
  // A subagent works beside the agent: its messages say nothing about the stream.
  const events =
    parent !== undefined || isStreamed ? [] : parts.stream.discard();
  if (parent === undefined && !isStreamed) {
    parts.waits.step("agent", now);
    events.push(...parts.facts.used(usage));
  }
  for (const block of content) {
    events.push(...blockEvents(parts, block, line, parent, now));
  }
  return events;
}

function blockEvents(
  parts: Parts,
  block: ContentBlock,
  { message, block_index }: AssistantLine,
  parent: string | undefined,
  now: number,
): ConversationEvent[] {
  const id = parts.stream.whole(message.id, block.type, block_index);
  if (block.type === "tool_use") {
    parts.stream.close(block.id);
    parts.todos.toolStarted(block);
    return [parts.tools.start(block, now, parent)];
  }
  const wasOpen = parts.stream.close(id);
  const text = block.type === "text" ? block.text : block.thinking;
  if (text === "") {
    return wasOpen ? [{ type: "itemRemoved", id }] : [];
  }
  const item: TranscriptItem = {
    kind: block.type,
    id,
    text,
    streaming: false,
    ...(parent === undefined ? {} : { parent }),
  };
  return [{ type: "item", item }];
}

/** What the API said, in a message that the CLI made up. */
function refused(
  parts: Parts,
  line: AssistantLine,
  error: string,
): ConversationEvent[] {
  const text = line.message.content
    .map((block) => (block.type === "text" ? block.text : ""))
    .join("");
  const failure = failureOf(error, text, line.api_error_status);
  const said = notice(`${parts.idPrefix}:${line.message.id}`, text || error);
  if (parentOf(line, parts) !== undefined) {
    // The agent goes on without its subagent.
    return [said];
  }
  if (failure.kind === "signIn" && parts.turns.isRefused) {
    // It was said at the first refusal.
    return [];
  }
  parts.turns.failed(failure);
  return parts.isStored
    ? [said, ...parts.prompts.lastEnded({ outcome: "failed", failure })]
    : [said];
}

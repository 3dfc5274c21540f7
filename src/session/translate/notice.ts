import type { ConversationEvent } from "../../protocol/conversation";

/** A line of the host's own. */
export function notice(
  id: string,
  text: string,
  tone: "info" | "error" = "error",
): ConversationEvent {
  return { type: "item", item: { kind: "notice", id, tone, text } };
}

import type { Conversation } from "../src/protocol/conversation";
import { toolVerb } from "./toolNames";

/**
 * What a screen reader should say, once for each thing that is complete: a
 * text, a notice, an ask. What is there already at the first look, or comes
 * with another conversation, is read by walking through it.
 */
export class Announcements {
  #conversationId: string | null = null;
  #said = new Set<string>();

  /** The words for what is new, or null. */
  next(conversation: Conversation): string | null {
    const isKnown = this.#conversationId === conversation.id;
    const news = complete(conversation).filter(({ id }) => !this.#said.has(id));
    this.#conversationId = conversation.id;
    for (const { id } of news) {
      this.#said.add(id);
    }
    return isKnown && news.length > 0
      ? news.map(({ words }) => words).join("\n")
      : null;
  }
}

function complete({ items, asks }: Conversation) {
  const told = [];
  for (const item of items) {
    // A subagent's words are for the agent.
    const isSaid =
      item.kind === "text" && !item.streaming && item.parent === undefined;
    if (item.kind === "notice" || isSaid) {
      told.push({ id: item.id, words: item.text });
    }
  }
  for (const ask of asks) {
    const words = `Claude wants to ${toolVerb(ask.toolName)}: ${ask.summary}`;
    told.push({ id: `ask ${ask.id}`, words });
  }
  return told;
}

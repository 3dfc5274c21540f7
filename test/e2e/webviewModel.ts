import type { Surroundings, ToWebview } from "../../src/protocol/chatMessages";
import type {
  Conversation,
  TranscriptItem,
} from "../../src/protocol/conversation";
import { emptyConversation } from "../../src/protocol/transcript";

const surroundings: Surroundings = {
  readiness: { kind: "ready" },
  isDemo: false,
  signedInAs: "ana@example.com",
};

export function snapshot(
  items: TranscriptItem[],
  more: Partial<Conversation> = {},
): ToWebview {
  const empty = emptyConversation("c", "/srv/shop");
  return {
    type: "snapshot",
    conversation: { ...empty, items, ...more },
    surroundings,
  };
}

/** Prompts, answers and tools of several heights, "i0" to the last. */
export function transcript(count: number): TranscriptItem[] {
  return Array.from({ length: count }, (_, at) => entry(at));
}

function entry(at: number): TranscriptItem {
  const id = `i${at}`;
  switch (at % 4) {
    case 0:
      return { kind: "prompt", id, text: `Prompt ${at}`, at: 0 };
    case 1:
      return tool(id, `npm test ${at}`);
    default: {
      const text = `Answer ${at}.\n\n${"Some more words. ".repeat((at * 7) % 40)}`;
      return { kind: "text", id, text, streaming: false };
    }
  }
}

function tool(id: string, command: string): TranscriptItem {
  return {
    kind: "tool",
    id,
    name: "Bash",
    summary: command,
    detail: command,
    status: "done",
    output: "It went well.",
    startedAt: 0,
    durationMs: 40,
  };
}

/** A whole text, new or in the place of another. */
export function text(id: string, words: string): ToWebview {
  const item = { kind: "text", id, text: words, streaming: false } as const;
  return { type: "event", event: { type: "item", item } };
}

export function delta(id: string, words: string): ToWebview {
  const event = { type: "delta", id, kind: "text", text: words } as const;
  return { type: "event", event };
}

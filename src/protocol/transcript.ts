import type {
  Conversation,
  ConversationEvent,
  TranscriptItem,
} from "./conversation";

const titleLength = 60;

/** What a cut inside a surrogate pair leaves at the end. */
const halfCharacter = /[\uD800-\uDBFF]$/;

export function emptyConversation(id: string, folder: string): Conversation {
  return {
    id,
    title: "New conversation",
    folder,
    activity: "idle",
    model: null,
    permissionMode: null,
    cliVersion: null,
    items: [],
    queued: [],
    asks: [],
  };
}

/**
 * The conversation after one event. Pure; applied by the host and by the
 * webview alike. An event about something unknown changes nothing, and the
 * same state comes back.
 */
export function applyEvent(
  state: Conversation,
  event: ConversationEvent,
): Conversation {
  switch (event.type) {
    case "promptQueued":
      return { ...state, queued: [...state.queued, event.prompt] };
    case "promptRemoved":
      return changed(state, { queued: without(state.queued, event.id) });
    case "promptSent":
      return promptSent(state, event.id, event.at);
    case "delta":
      return { ...state, items: withDelta(state.items, event) };
    case "item":
      return { ...state, items: withItem(state.items, event.item) };
    case "itemRemoved":
      return changed(state, { items: without(state.items, event.id) });
    case "toolEnded":
      return changed(state, { items: withToolEnded(state.items, event) });
    case "askOpened":
      return {
        ...state,
        asks: [...without(state.asks, event.ask.id), event.ask],
      };
    case "askClosed":
      return changed(state, { asks: without(state.asks, event.id) });
    case "activity":
      return { ...state, activity: event.activity };
    case "info":
      return {
        ...state,
        model: event.model ?? state.model,
        permissionMode: event.permissionMode ?? state.permissionMode,
        cliVersion: event.cliVersion ?? state.cliVersion,
      };
  }
}

type Lists = Pick<Conversation, "items" | "queued" | "asks">;

/** The same state where the lists are the same: who shows it compares by identity. */
function changed(state: Conversation, lists: Partial<Lists>): Conversation {
  const after = { ...state, ...lists };
  const isSame =
    after.items === state.items &&
    after.queued === state.queued &&
    after.asks === state.asks;
  return isSame ? state : after;
}

/** The list itself when nothing in it has that id. */
function without<T extends { id: string }>(list: T[], id: string): T[] {
  return list.some((entry) => entry.id === id)
    ? list.filter((entry) => entry.id !== id)
    : list;
}

function promptSent(state: Conversation, id: string, at: number): Conversation {
  const prompt = state.queued.find((queued) => queued.id === id);
  if (!prompt) {
    return state;
  }
  const isFirst = !state.items.some((item) => item.kind === "prompt");
  return {
    ...state,
    title: isFirst ? titleOf(prompt.text) : state.title,
    queued: without(state.queued, id),
    items: [...state.items, { kind: "prompt", id, text: prompt.text, at }],
  };
}

function titleOf(prompt: string): string {
  const line = prompt.trim().split("\n", 1)[0]?.trimEnd() ?? "";
  return line.length > titleLength
    ? `${line
        .slice(0, titleLength - 1)
        .replace(halfCharacter, "")
        .trimEnd()}…`
    : line;
}

/** From the end: what changes is nearly always among the last items. */
function indexOfItem(items: TranscriptItem[], id: string): number {
  return items.findLastIndex((item) => item.id === id);
}

function withItem(
  items: TranscriptItem[],
  item: TranscriptItem,
): TranscriptItem[] {
  const index = indexOfItem(items, item.id);
  return index < 0 ? [...items, item] : items.with(index, item);
}

function withDelta(
  items: TranscriptItem[],
  delta: { id: string; kind: "text" | "thinking"; text: string },
): TranscriptItem[] {
  const known = items[indexOfItem(items, delta.id)];
  const before =
    known?.kind === "text" || known?.kind === "thinking" ? known.text : "";
  return withItem(items, {
    kind: delta.kind,
    id: delta.id,
    text: before + delta.text,
    streaming: true,
  });
}

function withToolEnded(
  items: TranscriptItem[],
  ended: Extract<ConversationEvent, { type: "toolEnded" }>,
): TranscriptItem[] {
  const tool = items[indexOfItem(items, ended.id)];
  if (tool?.kind !== "tool") {
    return items;
  }
  return withItem(items, {
    ...tool,
    status: ended.status,
    output: ended.output,
    durationMs: Math.max(0, ended.at - tool.startedAt),
  });
}

import type {
  Conversation,
  ConversationEvent,
  QueuedPrompt,
  TranscriptItem,
} from "./conversation";
import { newEngine } from "./engine";
import type { PromptItem, ToolItem } from "./items";

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
    sessionId: null,
    tools: [],
    mcpServers: [],
    waiting: null,
    todos: [],
    backgroundTasks: [],
    context: null,
    rateLimit: null,
    items: [],
    queued: [],
    asks: [],
    engine: newEngine,
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
    case "promptRemoved":
    case "promptEdited":
    case "promptMoved":
      return changed(state, { queued: queueAfter(state.queued, event) });
    case "engine":
      return { ...state, engine: event.engine };
    case "promptSent":
      return promptSent(state, event.id, event.at);
    case "promptSeen":
      return promptSeen(state, event);
    case "promptEnded":
      return changed(state, { items: withPromptEnded(state.items, event) });
    case "delta":
      return { ...state, items: withDelta(state.items, event) };
    case "toolInput":
      return changed(state, { items: withToolInput(state.items, event) });
    case "toolTask":
      return changed(state, {
        items: withTool(state.items, event.id, (tool) => ({
          ...tool,
          task: event.task,
        })),
      });
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
      return withInfo(state, event);
    case "waiting":
      return { ...state, waiting: event.waiting };
    case "todos":
      return { ...state, todos: event.todos };
    case "backgroundTasks":
      return { ...state, backgroundTasks: event.tasks };
    case "context":
      return { ...state, context: event.context };
    case "rateLimit":
      return { ...state, rateLimit: event.rateLimit };
    case "reset":
      return { ...state, todos: [], context: null };
  }
}

type EventOf<T extends ConversationEvent["type"]> = Extract<
  ConversationEvent,
  { type: T }
>;

function withInfo(state: Conversation, event: EventOf<"info">): Conversation {
  return {
    ...state,
    model: event.model ?? state.model,
    permissionMode: event.permissionMode ?? state.permissionMode,
    cliVersion: event.cliVersion ?? state.cliVersion,
    sessionId: event.sessionId ?? state.sessionId,
    tools: event.tools ?? state.tools,
    mcpServers: event.mcpServers ?? state.mcpServers,
  };
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

function queueAfter(
  queued: QueuedPrompt[],
  event: EventOf<
    "promptQueued" | "promptRemoved" | "promptEdited" | "promptMoved"
  >,
): QueuedPrompt[] {
  switch (event.type) {
    case "promptQueued":
      return [...queued, event.prompt];
    case "promptRemoved":
      return without(queued, event.id);
    case "promptEdited":
      return withPromptText(queued, event.id, event.text);
    case "promptMoved":
      return withMoved(queued, event.id, event.index);
  }
}

function withPromptText(
  queued: QueuedPrompt[],
  id: string,
  text: string,
): QueuedPrompt[] {
  const index = queued.findIndex((prompt) => prompt.id === id);
  const prompt = queued[index];
  return prompt ? queued.with(index, { ...prompt, text }) : queued;
}

function withMoved(
  queued: QueuedPrompt[],
  id: string,
  index: number,
): QueuedPrompt[] {
  const prompt = queued.find((one) => one.id === id);
  return prompt ? without(queued, id).toSpliced(index, 0, prompt) : queued;
}

function promptSent(state: Conversation, id: string, at: number): Conversation {
  const prompt = state.queued.find((queued) => queued.id === id);
  if (!prompt) {
    return state;
  }
  const after = { ...state, queued: without(state.queued, id) };
  // Its echo may have come before it.
  return indexOfItem(state.items, id) < 0
    ? withPrompt(after, { kind: "prompt", id, text: prompt.text, at })
    : after;
}

/** The first prompt is what the conversation is known by. */
function withPrompt(state: Conversation, prompt: PromptItem): Conversation {
  const isFirst = !state.items.some(({ kind }) => kind === "prompt");
  return {
    ...state,
    title: isFirst ? titleOf(prompt.text) : state.title,
    items: [...state.items, prompt],
  };
}

/**
 * A prompt and its echo are the same once, and only once: each prompt takes
 * one echo, each echo goes to one prompt. So "ok" and "ok" stay two.
 */
function promptSeen(
  state: Conversation,
  { id, text, at, images }: EventOf<"promptSeen">,
): Conversation {
  const { items } = state;
  const prompts = items.filter((item) => item.kind === "prompt");
  if (prompts.some(({ seenAs }) => seenAs === id)) {
    return state;
  }
  const twin =
    prompts.find((prompt) => prompt.id === id) ??
    prompts.find(
      (prompt) => prompt.seenAs === undefined && prompt.text === text,
    );
  if (!twin) {
    const seen = { kind: "prompt", id, text, at, seenAs: id } as const;
    return withPrompt(state, { ...seen, ...(images && { images }) });
  }
  const found = { ...twin, seenAs: id, ...(images && { images }) };
  const matched = { ...state, items: withItem(items, found) };
  // It was taken for the twin of an echo with the same words, which has to find another now.
  return twin.seenAs === undefined
    ? matched
    : promptSeen(matched, { type: "promptSeen", id: twin.seenAs, text, at });
}

function withPromptEnded(
  items: TranscriptItem[],
  { id, outcome, failure }: EventOf<"promptEnded">,
): TranscriptItem[] {
  const prompt = items.findLast(
    (item) => item.kind === "prompt" && (item.id === id || item.seenAs === id),
  );
  return prompt?.kind !== "prompt" || prompt.outcome !== undefined
    ? items
    : withItem(items, { ...prompt, outcome, ...(failure && { failure }) });
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
  delta: EventOf<"delta">,
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

/** Of an input that is longer the rest is not shown while it is written. */
const longestInput = 64 * 1024;

function withToolInput(
  items: TranscriptItem[],
  { id, text }: EventOf<"toolInput">,
): TranscriptItem[] {
  return withTool(items, id, (tool) =>
    tool.status === "preparing" && tool.detail.length < longestInput
      ? { ...tool, detail: tool.detail + text }
      : tool,
  );
}

function withToolEnded(
  items: TranscriptItem[],
  { type: _, id, at, ...ended }: EventOf<"toolEnded">,
): TranscriptItem[] {
  return withTool(items, id, (tool) => ({
    ...tool,
    ...ended,
    durationMs: Math.max(0, at - tool.startedAt),
  }));
}

function withTool(
  items: TranscriptItem[],
  id: string,
  change: (tool: ToolItem) => ToolItem,
): TranscriptItem[] {
  const tool = items[indexOfItem(items, id)];
  if (tool?.kind !== "tool") {
    return items;
  }
  const after = change(tool);
  return after === tool ? items : withItem(items, after);
}

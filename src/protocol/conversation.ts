import * as v from "valibot";

/**
 * A conversation as both the host and the webview know it: the state, the
 * events that change it, and (in transcript.ts) the one pure function that
 * applies an event. The host applies every event before it sends it, so that a
 * snapshot and a replay give the same picture.
 */

/** idle: takes a prompt. waiting: an ask is open. ended: the process is gone, the next prompt starts one. */
const activitySchema = v.picklist([
  "idle",
  "starting",
  "running",
  "waiting",
  "stopping",
  "ended",
]);
export type Activity = v.InferOutput<typeof activitySchema>;

const toolStatusSchema = v.picklist([
  "running",
  "done",
  "failed",
  "denied",
  "interrupted",
]);
export type ToolStatus = v.InferOutput<typeof toolStatusSchema>;

const itemSchema = v.variant("kind", [
  v.object({
    kind: v.literal("prompt"),
    id: v.string(),
    text: v.string(),
    /** Milliseconds since 1970. */
    at: v.number(),
  }),
  /** The agent's words, Markdown; `streaming` until the whole block is there. */
  v.object({
    kind: v.literal("text"),
    id: v.string(),
    text: v.string(),
    streaming: v.boolean(),
  }),
  v.object({
    kind: v.literal("thinking"),
    id: v.string(),
    text: v.string(),
    streaming: v.boolean(),
  }),
  v.object({
    kind: v.literal("tool"),
    /** The CLI's tool_use_id. */
    id: v.string(),
    name: v.string(),
    /** One line for people: the command, the file, the pattern. */
    summary: v.string(),
    /** The input in full as text (the command, the new content, else JSON); 64 KB at most. */
    detail: v.string(),
    status: toolStatusSchema,
    /** What the tool said, 64 KB at most; null until it ended. */
    output: v.nullable(v.string()),
    startedAt: v.number(),
    durationMs: v.nullable(v.number()),
  }),
  /** A line of the host's own: something went wrong, or changed. */
  v.object({
    kind: v.literal("notice"),
    id: v.string(),
    tone: v.picklist(["info", "warning", "error"]),
    text: v.string(),
  }),
  /** The foot of a turn. */
  v.object({
    kind: v.literal("turn"),
    id: v.string(),
    outcome: v.picklist(["completed", "interrupted", "failed"]),
    durationMs: v.nullable(v.number()),
    /** Of this turn, not cumulative; US dollars. */
    costUsd: v.nullable(v.number()),
    /** Output tokens of this turn. */
    outputTokens: v.nullable(v.number()),
  }),
]);
export type TranscriptItem = v.InferOutput<typeof itemSchema>;

/** A permission that the agent asks for; answered allow or deny, once. */
export const askSchema = v.object({
  id: v.string(),
  /** The tool_use_id of the card that it belongs to. */
  toolUseId: v.string(),
  toolName: v.string(),
  /** One line: the command or the file. */
  summary: v.string(),
  detail: v.string(),
  /** Why the CLI asks, where it says so. */
  reason: v.nullable(v.string()),
  askedAt: v.number(),
});
export type Ask = v.InferOutput<typeof askSchema>;

export const queuedPromptSchema = v.object({
  id: v.string(),
  text: v.string(),
});
export type QueuedPrompt = v.InferOutput<typeof queuedPromptSchema>;

export const conversationSchema = v.object({
  id: v.string(),
  title: v.string(),
  /** The folder that the agent works in, absolute. */
  folder: v.string(),
  activity: activitySchema,
  model: v.nullable(v.string()),
  permissionMode: v.nullable(v.string()),
  cliVersion: v.nullable(v.string()),
  items: v.array(itemSchema),
  queued: v.array(queuedPromptSchema),
  asks: v.array(askSchema),
});
export type Conversation = v.InferOutput<typeof conversationSchema>;

export const conversationEventSchema = v.variant("type", [
  v.object({ type: v.literal("promptQueued"), prompt: queuedPromptSchema }),
  v.object({ type: v.literal("promptRemoved"), id: v.string() }),
  /** A queued prompt was written to the CLI: it becomes part of the transcript. */
  v.object({ type: v.literal("promptSent"), id: v.string(), at: v.number() }),
  /** Words to append to a text or thinking block, which the first delta creates. */
  v.object({
    type: v.literal("delta"),
    id: v.string(),
    kind: v.picklist(["text", "thinking"]),
    text: v.string(),
  }),
  /** A new item, or the whole of one that exists: replaces by id, else appends. */
  v.object({ type: v.literal("item"), item: itemSchema }),
  /** A block that was streamed in part and never completed. */
  v.object({ type: v.literal("itemRemoved"), id: v.string() }),
  v.object({
    type: v.literal("toolEnded"),
    id: v.string(),
    status: toolStatusSchema,
    output: v.nullable(v.string()),
    at: v.number(),
  }),
  v.object({ type: v.literal("askOpened"), ask: askSchema }),
  v.object({
    type: v.literal("askClosed"),
    id: v.string(),
    /** void: the agent no longer waits for an answer. */
    outcome: v.picklist(["allow", "deny", "void"]),
    /** Where it was answered. */
    by: v.nullable(v.picklist(["chat", "notification"])),
  }),
  v.object({ type: v.literal("activity"), activity: activitySchema }),
  v.object({
    type: v.literal("info"),
    model: v.optional(v.string()),
    permissionMode: v.optional(v.string()),
    cliVersion: v.optional(v.string()),
  }),
]);
export type ConversationEvent = v.InferOutput<typeof conversationEventSchema>;

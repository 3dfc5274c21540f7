import * as v from "valibot";
import { engineSchema } from "./engine";
import {
  decisionSchema,
  failureSchema,
  imagesSchema,
  itemSchema,
  patchSchema,
  promptOutcomeSchema,
  taskSchema,
  toolStatusSchema,
} from "./items";

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
  /** How many pictures it has; they themselves stay in the host. */
  imageCount: v.optional(v.number()),
});
export type QueuedPrompt = v.InferOutput<typeof queuedPromptSchema>;

/** One entry of the list that the agent keeps of what it has to do. */
const todoSchema = v.object({
  id: v.string(),
  subject: v.string(),
  /** What it is called while it is being done. */
  activeForm: v.nullable(v.string()),
  status: v.picklist(["pending", "in_progress", "completed"]),
  /** The ids of those that have to be done before. */
  blockedBy: v.array(v.string()),
});
export type Todo = v.InferOutput<typeof todoSchema>;

const backgroundTaskSchema = v.object({
  id: v.string(),
  kind: v.nullable(v.string()),
  description: v.nullable(v.string()),
});
export type BackgroundTask = v.InferOutput<typeof backgroundTaskSchema>;

/** How full the model's window is, in tokens; the window is known after the first turn. */
const contextSchema = v.object({
  usedTokens: v.number(),
  windowTokens: v.nullable(v.number()),
});
export type ContextMeter = v.InferOutput<typeof contextSchema>;

/** How much of a subscription is left. */
const rateLimitSchema = v.object({
  /** allowed, allowed_warning, rejected. */
  status: v.string(),
  /** Which limit: five_hour, seven_day… */
  kind: v.nullable(v.string()),
  /** Milliseconds since 1970. */
  resetsAt: v.nullable(v.number()),
  /** The part that is used, from 0 to 1. */
  used: v.nullable(v.number()),
});

const since = { since: v.number() };

/** What the agent waits for, since when (ms since 1970). */
const waitingSchema = v.variant("kind", [
  /** The CLI itself: before a request, and between its steps. */
  v.object({ kind: v.literal("agent"), ...since }),
  /** The API has said nothing yet. */
  v.object({ kind: v.literal("api"), ...since }),
  /** The rest of an answer that is being streamed. */
  v.object({ kind: v.literal("answer"), ...since }),
  v.object({
    kind: v.literal("retry"),
    ...since,
    attempt: v.number(),
    of: v.number(),
    /** When it is tried again, ms since 1970. */
    until: v.number(),
    /** The HTTP status; null when there was no answer. */
    httpStatus: v.nullable(v.number()),
  }),
  v.object({
    kind: v.literal("tool"),
    ...since,
    toolUseId: v.string(),
    name: v.string(),
  }),
  v.object({ kind: v.literal("hook"), ...since, name: v.string() }),
  v.object({
    kind: v.literal("permission"),
    ...since,
    toolUseId: v.string(),
    name: v.string(),
  }),
  v.object({ kind: v.literal("compaction"), ...since }),
]);
export type Waiting = v.InferOutput<typeof waitingSchema>;

const mcpServersSchema = v.array(
  v.object({ name: v.string(), status: v.string() }),
);

export const conversationSchema = v.object({
  id: v.string(),
  title: v.string(),
  /** The folder that the agent works in, absolute. */
  folder: v.string(),
  activity: activitySchema,
  model: v.nullable(v.string()),
  permissionMode: v.nullable(v.string()),
  cliVersion: v.nullable(v.string()),
  /** The CLI's id of it, which changes when it is cleared. */
  sessionId: v.nullable(v.string()),
  tools: v.array(v.string()),
  mcpServers: mcpServersSchema,
  /** Null while nobody waits for the agent. */
  waiting: v.nullable(waitingSchema),
  todos: v.array(todoSchema),
  backgroundTasks: v.array(backgroundTaskSchema),
  context: v.nullable(contextSchema),
  rateLimit: v.nullable(rateLimitSchema),
  items: v.array(itemSchema),
  queued: v.array(queuedPromptSchema),
  asks: v.array(askSchema),
  engine: engineSchema,
});
export type Conversation = v.InferOutput<typeof conversationSchema>;

export const conversationEventSchema = v.variant("type", [
  v.object({ type: v.literal("promptQueued"), prompt: queuedPromptSchema }),
  v.object({ type: v.literal("promptRemoved"), id: v.string() }),
  v.object({
    type: v.literal("promptEdited"),
    id: v.string(),
    text: v.string(),
  }),
  /** `index`: where in the queue it is from now on. */
  v.object({
    type: v.literal("promptMoved"),
    id: v.string(),
    index: v.number(),
  }),
  v.object({ type: v.literal("engine"), engine: engineSchema }),
  /** A queued prompt was written to the CLI: it becomes part of the transcript. */
  v.object({ type: v.literal("promptSent"), id: v.string(), at: v.number() }),
  /**
   * The CLI has it: an echo, or a line of its file. It is one of those that
   * were sent (the same id, else the first with the same text that was not seen
   * yet), or one that came from elsewhere.
   */
  v.object({
    type: v.literal("promptSeen"),
    id: v.string(),
    text: v.string(),
    at: v.number(),
    images: v.optional(imagesSchema),
  }),
  /** Nothing more comes of it; once for each prompt that was sent. */
  v.object({
    type: v.literal("promptEnded"),
    id: v.string(),
    outcome: promptOutcomeSchema,
    failure: v.optional(failureSchema),
  }),
  /** Words to append to a text or thinking block, which the first delta creates. */
  v.object({
    type: v.literal("delta"),
    id: v.string(),
    kind: v.picklist(["text", "thinking"]),
    text: v.string(),
  }),
  /** More of the input (JSON) of a tool that is being prepared. */
  v.object({ type: v.literal("toolInput"), id: v.string(), text: v.string() }),
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
    patch: v.optional(patchSchema),
    images: v.optional(imagesSchema),
    decision: v.optional(decisionSchema),
  }),
  /** What goes on behind a tool call. */
  v.object({ type: v.literal("toolTask"), id: v.string(), task: taskSchema }),
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
    sessionId: v.optional(v.string()),
    tools: v.optional(v.array(v.string())),
    mcpServers: v.optional(mcpServersSchema),
  }),
  v.object({ type: v.literal("waiting"), waiting: v.nullable(waitingSchema) }),
  v.object({ type: v.literal("todos"), todos: v.array(todoSchema) }),
  v.object({
    type: v.literal("backgroundTasks"),
    tasks: v.array(backgroundTaskSchema),
  }),
  v.object({ type: v.literal("context"), context: contextSchema }),
  v.object({ type: v.literal("rateLimit"), rateLimit: rateLimitSchema }),
  /** The agent has forgotten what was said (/clear): its list and its meter are empty. */
  v.object({ type: v.literal("reset") }),
]);
export type ConversationEvent = v.InferOutput<typeof conversationEventSchema>;

import * as v from "valibot";

/**
 * What a transcript is made of. An item that a subagent has made names the
 * tool call that the subagent is, in `parent`.
 */

/** A picture as the Messages API has it. */
const imageSchema = v.object({
  mediaType: v.string(),
  /** Base64; null when the picture is too large to be kept. */
  data: v.nullable(v.string()),
});
export type TranscriptImage = v.InferOutput<typeof imageSchema>;
export const imagesSchema = v.array(imageSchema);

export const promptOutcomeSchema = v.picklist([
  "done",
  "failed",
  "interrupted",
]);
export type PromptOutcome = v.InferOutput<typeof promptOutcomeSchema>;

export const failureSchema = v.object({
  kind: v.picklist([
    /** The API does not accept who the user is: sign in to Claude. */
    "signIn",
    "billing",
    "rateLimit",
    "overloaded",
    /** The API's own fault. */
    "server",
    /** The API does not take the request as it is. */
    "request",
    /** As many turns, or as much money, as was allowed. */
    "limit",
    /** The CLI's process ended. */
    "process",
    "other",
  ]),
  /** In the CLI's words, where it has any. */
  message: v.nullable(v.string()),
});
export type Failure = v.InferOutput<typeof failureSchema>;

/** preparing: the agent still writes the input. */
export const toolStatusSchema = v.picklist([
  "preparing",
  "running",
  "done",
  "failed",
  "denied",
  "interrupted",
]);
export type ToolStatus = v.InferOutput<typeof toolStatusSchema>;

/** As in a unified diff; each line begins with " ", "-" or "+". */
const hunkSchema = v.object({
  oldStart: v.number(),
  oldLines: v.number(),
  newStart: v.number(),
  newLines: v.number(),
  lines: v.array(v.string()),
});
export const patchSchema = v.array(hunkSchema);
export type Patch = v.InferOutput<typeof patchSchema>;

/** Who decided whether the tool may run: the user, a rule or mode (config), a hook. */
export const decisionSchema = v.object({
  decision: v.picklist(["accept", "reject"]),
  source: v.nullable(v.string()),
  /** Of a decision by config: what in it, such as `rule` or `mode`. */
  reasonType: v.optional(v.string()),
});
export type ToolDecision = v.InferOutput<typeof decisionSchema>;

/** What goes on behind a tool call that is a task of its own: a subagent, a long command. */
export const taskSchema = v.object({
  id: v.string(),
  status: v.picklist(["running", "completed", "failed", "stopped"]),
  isInBackground: v.boolean(),
  /** What it does just now. */
  activity: v.nullable(v.string()),
  tokens: v.nullable(v.number()),
  toolUses: v.nullable(v.number()),
});
export type Task = v.InferOutput<typeof taskSchema>;

const parent = v.optional(v.string());

const prompt = v.object({
  kind: v.literal("prompt"),
  id: v.string(),
  text: v.string(),
  /** Milliseconds since 1970. */
  at: v.number(),
  images: v.optional(imagesSchema),
  /** Absent until it has ended; each prompt ends once. */
  outcome: v.optional(promptOutcomeSchema),
  failure: v.optional(failureSchema),
  /** The id under which the CLI was seen to have it. */
  seenAs: v.optional(v.string()),
});
export type PromptItem = v.InferOutput<typeof prompt>;

/** The agent's words, Markdown; `streaming` until the whole block is there. */
const words = {
  id: v.string(),
  parent,
  text: v.string(),
  streaming: v.boolean(),
};

const tool = v.object({
  kind: v.literal("tool"),
  /** The CLI's tool_use_id. */
  id: v.string(),
  parent,
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
  /** What it changed in its file. */
  patch: v.optional(patchSchema),
  images: v.optional(imagesSchema),
  decision: v.optional(decisionSchema),
  task: v.optional(taskSchema),
});
export type ToolItem = v.InferOutput<typeof tool>;

/** A hook that the CLI ran. */
const hook = v.object({
  kind: v.literal("hook"),
  id: v.string(),
  /** The event, with the tool: "PreToolUse:Bash". */
  name: v.string(),
  event: v.string(),
  /** blocked: it exited with 2, which forbids what it was asked about. */
  status: v.picklist(["running", "done", "failed", "blocked"]),
  exitCode: v.nullable(v.number()),
  /** Stdout and stderr, 64 KB at most. */
  output: v.string(),
  startedAt: v.number(),
  durationMs: v.nullable(v.number()),
});
export type HookItem = v.InferOutput<typeof hook>;

/** The conversation was shrunk to a summary, so that it fits. */
const compaction = v.object({
  kind: v.literal("compaction"),
  id: v.string(),
  status: v.picklist(["running", "done", "failed"]),
  trigger: v.nullable(v.picklist(["manual", "auto"])),
  tokensBefore: v.nullable(v.number()),
  tokensAfter: v.nullable(v.number()),
});
export type CompactionItem = v.InferOutput<typeof compaction>;

/** A line of the host's own: something went wrong, or changed. */
const notice = v.object({
  kind: v.literal("notice"),
  id: v.string(),
  tone: v.picklist(["info", "warning", "error"]),
  text: v.string(),
});

/** The foot of a turn. */
const turn = v.object({
  kind: v.literal("turn"),
  id: v.string(),
  outcome: v.picklist(["completed", "interrupted", "failed"]),
  durationMs: v.nullable(v.number()),
  /** Of this turn, not cumulative; US dollars. */
  costUsd: v.nullable(v.number()),
  /** Of this turn, as are the others. */
  outputTokens: v.nullable(v.number()),
  inputTokens: v.optional(v.number()),
  cachedTokens: v.optional(v.number()),
  /** From the prompt to the first word of the answer. */
  firstWordMs: v.optional(v.number()),
  /** No prompt asked for it: a task in the background has come back. */
  isUnasked: v.optional(v.literal(true)),
});

export const itemSchema = v.variant("kind", [
  prompt,
  v.object({ kind: v.literal("text"), ...words }),
  v.object({ kind: v.literal("thinking"), ...words }),
  tool,
  hook,
  compaction,
  notice,
  turn,
]);

import * as v from "valibot";

/** What the CLI says of itself once it runs. */
const cliFactsSchema = v.object({
  version: v.nullable(v.string()),
  /** The slash commands that it takes, without their slash. */
  commands: v.array(
    v.object({
      name: v.string(),
      description: v.string(),
      argumentHint: v.string(),
    }),
  ),
  models: v.array(
    v.object({ value: v.string(), name: v.string(), description: v.string() }),
  ),
  account: v.variant("kind", [
    v.object({ kind: v.literal("unknown") }),
    /** No credential at all: every prompt will fail until the user has signed in to Claude. */
    v.object({ kind: v.literal("signedOut") }),
    v.object({ kind: v.literal("signedIn"), email: v.nullable(v.string()) }),
  ]),
});
export type CliFacts = v.InferOutput<typeof cliFactsSchema>;

/** Why there is no process. */
const endReasonSchema = v.picklist([
  /** It was idle for as long as the setting says. */
  "idle",
  /** The window, or the user, has ended it. */
  "stopped",
  /** It is started again at once, with other options. */
  "restart",
  /** Another window has taken the conversation over, or has had it all along. */
  "elsewhere",
  /** A stop took more than asking. */
  "interrupted",
  /** It ended by itself, or something else ended it. */
  "crashed",
  /** It could not be started. */
  "notStarted",
]);
export type EndReason = v.InferOutput<typeof endReasonSchema>;

/** The last rung of the ladder that a stop took: asking alone leaves the process alive. */
const stopRungSchema = v.picklist(["asked", "SIGINT", "SIGTERM", "SIGKILL"]);
export type StopRung = v.InferOutput<typeof stopRungSchema>;

/** What is known of a conversation's process and queue, beside the transcript. */
export const engineSchema = v.object({
  /** Null until the CLI has been greeted for the first time. */
  cli: v.nullable(cliFactsSchema),
  /** The queue waits until the user goes on. */
  isPaused: v.boolean(),
  /** Options that were changed and take a restart to apply; their names in StartOptions. */
  drift: v.array(v.string()),
  /** Another window has this conversation. */
  isElsewhere: v.boolean(),
  /** Null while there is a process, and before the first. */
  ended: v.nullable(endReasonSchema),
  /** How the last stop was reached; null before the first. */
  lastStop: v.nullable(stopRungSchema),
});
export type EngineState = v.InferOutput<typeof engineSchema>;

export const newEngine: EngineState = {
  cli: null,
  isPaused: false,
  drift: [],
  isElsewhere: false,
  ended: null,
  lastStop: null,
};

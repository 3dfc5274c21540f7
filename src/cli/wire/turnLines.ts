import * as v from "valibot";
import { maybeNumber, maybeText, usageSchema } from "./fields";

/*
 * The lines about turns, prompts and the conversation as a whole.
 */

export const resultSchema = v.object({
  type: v.literal("result"),
  uuid: maybeText,
  subtype: v.string(),
  is_error: v.nullish(v.boolean(), false),
  terminal_reason: maybeText,
  result: maybeText,
  errors: v.nullish(v.array(v.string())),
  /** Since the process started or the conversation was cleared, not of this turn; US dollars. */
  total_cost_usd: maybeNumber,
  duration_ms: maybeNumber,
  /** From the prompt to the first word of the answer. */
  ttft_ms: maybeNumber,
  usage: v.nullish(usageSchema),
  modelUsage: v.nullish(
    v.record(v.string(), v.object({ contextWindow: maybeNumber })),
  ),
  /** Why there was a turn that no prompt had asked for. */
  origin: v.nullish(v.object({ kind: v.string() })),
});
export type ResultLine = v.InferOutput<typeof resultSchema>;

export const lifecycleSchema = v.object({
  type: v.literal("command_lifecycle"),
  command_uuid: v.string(),
  state: v.string(),
});
export type LifecycleLine = v.InferOutput<typeof lifecycleSchema>;

export const toolProgressSchema = v.object({
  type: v.literal("tool_progress"),
  tool_use_id: v.string(),
});

export const rateLimitSchema = v.object({
  type: v.literal("rate_limit_event"),
  rate_limit_info: v.object({
    status: v.string(),
    /** Seconds since 1970. */
    resetsAt: maybeNumber,
    rateLimitType: maybeText,
    /** The part that is used, from 0 to 1. */
    utilization: maybeNumber,
  }),
});
export type RateLimitLine = v.InferOutput<typeof rateLimitSchema>;

export const resetSchema = v.object({ type: v.literal("conversation_reset") });

import * as v from "valibot";
import { knownOnly, maybeFlag, maybeNumber, maybeText } from "./fields";

/*
 * The lines of type "system", by their subtype. What is not here is unknown.
 */

const type = v.literal("system");

/** How much a task has used so far. */
const taskUsage = v.nullish(
  v.object({ total_tokens: maybeNumber, tool_uses: maybeNumber }),
);

export const systemSchemas = {
  /** At the beginning of every turn, not only of the process. */
  init: v.object({
    type,
    subtype: v.literal("init"),
    session_id: maybeText,
    model: maybeText,
    permissionMode: maybeText,
    claude_code_version: maybeText,
    tools: v.nullish(knownOnly(v.string())),
    mcp_servers: v.nullish(
      knownOnly(v.object({ name: v.string(), status: v.string() })),
    ),
  }),
  status: v.object({
    type,
    subtype: v.literal("status"),
    /** requesting, compacting, or null: nothing of the kind any more. */
    status: maybeText,
    permissionMode: maybeText,
    compact_result: maybeText,
  }),
  api_retry: v.object({
    type,
    subtype: v.literal("api_retry"),
    attempt: maybeNumber,
    max_retries: maybeNumber,
    retry_delay_ms: maybeNumber,
    /** The HTTP status that the API answered with. */
    error_status: maybeNumber,
    error: maybeText,
  }),
  compact_boundary: v.object({
    type,
    subtype: v.literal("compact_boundary"),
    compact_metadata: v.object({
      trigger: maybeText,
      pre_tokens: maybeNumber,
      post_tokens: maybeNumber,
    }),
  }),
  hook_started: v.object({
    type,
    subtype: v.literal("hook_started"),
    hook_id: v.string(),
    hook_name: v.string(),
    hook_event: v.string(),
  }),
  hook_response: v.object({
    type,
    subtype: v.literal("hook_response"),
    hook_id: v.string(),
    hook_name: v.string(),
    hook_event: v.string(),
    stdout: maybeText,
    stderr: maybeText,
    exit_code: maybeNumber,
    outcome: maybeText,
  }),
  task_started: v.object({
    type,
    subtype: v.literal("task_started"),
    task_id: v.string(),
    tool_use_id: maybeText,
    description: maybeText,
    is_backgrounded: maybeFlag,
  }),
  task_progress: v.object({
    type,
    subtype: v.literal("task_progress"),
    task_id: v.string(),
    tool_use_id: maybeText,
    description: maybeText,
    last_tool_name: maybeText,
    usage: taskUsage,
  }),
  task_updated: v.object({
    type,
    subtype: v.literal("task_updated"),
    task_id: v.string(),
    patch: v.object({ status: maybeText, is_backgrounded: maybeFlag }),
  }),
  task_notification: v.object({
    type,
    subtype: v.literal("task_notification"),
    task_id: v.string(),
    tool_use_id: maybeText,
    status: maybeText,
    usage: taskUsage,
  }),
  background_tasks_changed: v.object({
    type,
    subtype: v.literal("background_tasks_changed"),
    tasks: knownOnly(
      v.object({
        task_id: v.string(),
        task_type: maybeText,
        description: maybeText,
      }),
    ),
  }),
  permission_denied: v.object({
    type,
    subtype: v.literal("permission_denied"),
    tool_use_id: v.string(),
    message: maybeText,
  }),
  /** Only in the CLI's own files: what a slash command printed. */
  local_command: v.object({
    type,
    subtype: v.literal("local_command"),
    content: v.string(),
  }),
  /** Known, and of no use: the states are told by other lines, too. */
  session_state_changed: v.object({
    type,
    subtype: v.literal("session_state_changed"),
  }),
  thinking_tokens: v.object({ type, subtype: v.literal("thinking_tokens") }),
};

type Schemas = typeof systemSchemas;
export type SystemLine = v.InferOutput<Schemas[keyof Schemas]>;
export type InitLine = v.InferOutput<Schemas["init"]>;
export type StatusLine = v.InferOutput<Schemas["status"]>;
export type RetryLine = v.InferOutput<Schemas["api_retry"]>;
export type BoundaryLine = v.InferOutput<Schemas["compact_boundary"]>;
export type HookStartedLine = v.InferOutput<Schemas["hook_started"]>;
export type HookResponseLine = v.InferOutput<Schemas["hook_response"]>;
export type TaskLine = v.InferOutput<
  Schemas[
    "task_started" | "task_progress" | "task_updated" | "task_notification"]
>;

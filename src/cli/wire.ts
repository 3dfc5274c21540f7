import * as v from "valibot";
import { isRecord, parseJson } from "../base/json";
import { validate } from "../protocol/validate";

/*
 * The CLI's stream-json lines that we act on, validated. Only the fields that
 * are used are named; the CLI may add others at any time. Every other line is
 * kept as `unknown`: it is logged, and never fatal.
 */

/** A field that the CLI leaves out or gives as null, which is the same to us. */
function maybe<T>(schema: v.GenericSchema<unknown, T>) {
  return v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
}

const parent = { parent_tool_use_id: maybe(v.string()) };

const blockSchema = v.variant("type", [
  v.object({ type: v.literal("text"), text: v.string() }),
  v.object({ type: v.literal("thinking"), thinking: v.string() }),
  v.object({
    type: v.literal("tool_use"),
    id: v.string(),
    name: v.string(),
    input: v.record(v.string(), v.unknown()),
  }),
]);
export type ContentBlock = v.InferOutput<typeof blockSchema>;

const toolResultSchema = v.object({
  type: v.literal("tool_result"),
  tool_use_id: v.string(),
  content: v.unknown(),
  is_error: v.nullish(v.boolean(), false),
});
export type ToolResult = v.InferOutput<typeof toolResultSchema>;

/** Keeps the entries that fit: a kind of block that is not known does not hide its neighbours. */
function knownOnly<T>(schema: v.GenericSchema<unknown, T>) {
  return v.pipe(
    v.union([
      v.array(v.unknown()),
      v.pipe(
        v.unknown(),
        v.transform(() => []),
      ),
    ]),
    v.transform((list: unknown[]) =>
      list.flatMap((entry) => {
        const known = validate(schema, entry);
        return known === undefined ? [] : [known];
      }),
    ),
  );
}

const systemSchema = v.object({
  type: v.literal("system"),
  subtype: v.string(),
  session_id: maybe(v.string()),
  model: maybe(v.string()),
  permissionMode: maybe(v.string()),
  claude_code_version: maybe(v.string()),
  /** Of `api_retry`: the HTTP status that the API answered with. */
  error_status: maybe(v.number()),
});

const streamEventSchema = v.object({
  type: v.literal("stream_event"),
  ...parent,
  event: v.variant("type", [
    v.object({
      type: v.literal("message_start"),
      message: v.object({ id: v.string() }),
    }),
    v.object({
      type: v.literal("content_block_delta"),
      index: v.number(),
      delta: v.object({
        type: v.string(),
        text: maybe(v.string()),
        thinking: maybe(v.string()),
      }),
    }),
    v.object({
      type: v.picklist([
        "content_block_start",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "ping",
      ]),
    }),
  ]),
});

const assistantSchema = v.object({
  type: v.literal("assistant"),
  ...parent,
  message: v.object({ id: v.string(), content: knownOnly(blockSchema) }),
  /** The API's failure, in a message that the CLI made up. */
  error: maybe(v.string()),
});

const userSchema = v.object({
  type: v.literal("user"),
  ...parent,
  message: v.object({ content: knownOnly(toolResultSchema) }),
  tool_result_meta: v.nullish(
    v.array(
      v.object({
        id: v.string(),
        non_execution_kind: maybe(v.string()),
      }),
    ),
    [],
  ),
});

const resultSchema = v.object({
  type: v.literal("result"),
  uuid: maybe(v.string()),
  subtype: v.string(),
  is_error: v.nullish(v.boolean(), false),
  terminal_reason: maybe(v.string()),
  result: maybe(v.string()),
  errors: maybe(v.array(v.string())),
  /** Since the process started, not of this turn; US dollars. */
  total_cost_usd: maybe(v.number()),
  duration_ms: maybe(v.number()),
  usage: maybe(v.object({ output_tokens: maybe(v.number()) })),
});

const canUseToolSchema = v.object({
  subtype: v.literal("can_use_tool"),
  tool_name: v.string(),
  input: v.record(v.string(), v.unknown()),
  tool_use_id: v.string(),
  description: maybe(v.string()),
  decision_reason: maybe(v.string()),
});

const hookCallbackSchema = v.object({
  subtype: v.literal("hook_callback"),
  callback_id: v.string(),
  input: v.unknown(),
});

const controlRequestSchema = v.object({
  type: v.literal("control_request"),
  request_id: v.string(),
  request: v.union([
    canUseToolSchema,
    hookCallbackSchema,
    v.pipe(
      v.object({ subtype: v.string() }),
      v.transform((other) => ({
        subtype: "other" as const,
        name: other.subtype,
      })),
    ),
  ]),
});

const controlResponseSchema = v.object({
  type: v.literal("control_response"),
  response: v.object({
    subtype: v.picklist(["success", "error"]),
    request_id: v.string(),
    response: maybe(v.unknown()),
    error: maybe(v.string()),
  }),
});

const lineSchema = v.variant("type", [
  systemSchema,
  streamEventSchema,
  assistantSchema,
  userSchema,
  resultSchema,
  controlRequestSchema,
  controlResponseSchema,
  v.object({
    type: v.literal("control_cancel_request"),
    request_id: v.string(),
  }),
  v.object({
    type: v.literal("command_lifecycle"),
    command_uuid: v.string(),
    state: v.string(),
  }),
]);

export type KnownLine = v.InferOutput<typeof lineSchema>;
export type ControlRequest = v.InferOutput<typeof controlRequestSchema>;
export type SystemLine = v.InferOutput<typeof systemSchema>;
export type StreamEventLine = v.InferOutput<typeof streamEventSchema>;
export type AssistantLine = v.InferOutput<typeof assistantSchema>;
export type UserLine = v.InferOutput<typeof userSchema>;
export type ResultLine = v.InferOutput<typeof resultSchema>;

/** `what`: the line's type where it has one, for the log. */
export type WireLine = KnownLine | { type: "unknown"; what: string };

export function parseWireLine(text: string): WireLine {
  const value = parseJson(text);
  const known = validate(lineSchema, value);
  if (known) {
    return known;
  }
  const type = isRecord(value) ? value["type"] : undefined;
  return { type: "unknown", what: typeof type === "string" ? type : "no JSON" };
}

import * as v from "valibot";
import {
  knownOnly,
  maybeFlag,
  maybeNumber,
  maybeText,
  usageSchema,
} from "./fields";

/*
 * What the agent says and what its tools answer: whole messages, and the
 * stream of a message that is being written.
 */

/** The tool_use_id of the subagent's call that a line belongs to; none: the agent's own. */
const parent = { parent_tool_use_id: maybeText };

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

export const assistantSchema = v.object({
  type: v.literal("assistant"),
  ...parent,
  message: v.object({
    id: v.string(),
    content: knownOnly(blockSchema),
    usage: v.nullish(usageSchema),
  }),
  /** The API's failure in one word, in a message that the CLI made up. */
  error: maybeText,
  api_error_status: maybeNumber,
  /** Only in the CLI's own files: the agent that has said it, and the block's number. */
  agent_id: maybeText,
  block_index: maybeNumber,
});
export type AssistantLine = v.InferOutput<typeof assistantSchema>;

const imageSchema = v.object({
  type: v.literal("image"),
  source: v.object({
    type: v.literal("base64"),
    media_type: v.string(),
    data: v.string(),
  }),
});

const toolResultSchema = v.object({
  type: v.literal("tool_result"),
  tool_use_id: v.string(),
  content: v.unknown(),
  is_error: v.nullish(v.boolean(), false),
});
export type ToolResult = v.InferOutput<typeof toolResultSchema>;

const textSchema = v.object({ type: v.literal("text"), text: v.string() });
const userBlockSchema = v.variant("type", [
  toolResultSchema,
  textSchema,
  imageSchema,
]);
export type UserBlock = v.InferOutput<typeof userBlockSchema>;

/** The blocks of a tool's result that we can show. */
export const resultBlocksSchema = knownOnly(
  v.variant("type", [textSchema, imageSchema]),
);

const decisionSchema = v.object({
  decision: v.string(),
  source: maybeText,
  reason_type: v.nullish(v.string()),
});

const resultMetaSchema = v.object({
  id: v.string(),
  non_execution_kind: maybeText,
  permission_decision: v.nullish(decisionSchema),
});
export type ResultMeta = v.InferOutput<typeof resultMetaSchema>;

export const userSchema = v.object({
  type: v.literal("user"),
  ...parent,
  uuid: maybeText,
  message: v.object({
    content: v.union([v.string(), knownOnly(userBlockSchema)]),
  }),
  /** What the tool says to programs; its form depends on the tool. */
  tool_use_result: v.optional(v.unknown()),
  tool_result_meta: v.nullish(knownOnly(resultMetaSchema)),
  /** An echo of what we have sent. */
  isReplay: maybeFlag,
  /** Written by the CLI, not by the user. */
  isSynthetic: maybeFlag,
  /** Only in the CLI's own files. */
  agent_id: maybeText,
});
export type UserLine = v.InferOutput<typeof userSchema>;

export const streamEventSchema = v.object({
  type: v.literal("stream_event"),
  ...parent,
  /** With message_stop: these blocks will never be whole. */
  abandoned_blocks: v.nullish(
    v.object({ api_message_id: v.string(), from_block_index: v.number() }),
  ),
  event: v.variant("type", [
    v.object({
      type: v.literal("content_block_delta"),
      index: v.number(),
      delta: v.object({
        type: v.string(),
        text: maybeText,
        thinking: maybeText,
        partial_json: maybeText,
      }),
    }),
    v.object({
      type: v.literal("message_start"),
      message: v.object({ id: v.string(), usage: v.nullish(usageSchema) }),
    }),
    v.object({
      type: v.literal("content_block_start"),
      index: v.number(),
      content_block: v.object({
        type: v.string(),
        id: maybeText,
        name: maybeText,
      }),
    }),
    v.object({
      type: v.literal("message_delta"),
      usage: v.nullish(usageSchema),
    }),
    v.object({
      type: v.picklist(["content_block_stop", "message_stop", "ping"]),
    }),
  ]),
});
export type StreamEventLine = v.InferOutput<typeof streamEventSchema>;

import * as v from "valibot";
import { maybeText } from "./fields";

/*
 * Requests and their answers, in both directions.
 */

const canUseToolSchema = v.object({
  subtype: v.literal("can_use_tool"),
  tool_name: v.string(),
  input: v.record(v.string(), v.unknown()),
  tool_use_id: v.string(),
  description: maybeText,
  decision_reason: maybeText,
});

const hookCallbackSchema = v.object({
  subtype: v.literal("hook_callback"),
  callback_id: v.string(),
  input: v.unknown(),
});

export const controlRequestSchema = v.object({
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
export type ControlRequest = v.InferOutput<typeof controlRequestSchema>;

export const controlResponseSchema = v.object({
  type: v.literal("control_response"),
  response: v.object({
    subtype: v.picklist(["success", "error"]),
    request_id: v.string(),
    response: v.nullish(v.unknown()),
    error: maybeText,
  }),
});

export const cancelSchema = v.object({
  type: v.literal("control_cancel_request"),
  request_id: v.string(),
});

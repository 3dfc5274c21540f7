import * as v from "valibot";
import { isRecord, parseJson } from "../base/json";
import { validate } from "../protocol/validate";
import { type KnownLine, validateWireLine } from "./wire";
import { maybeFlag, maybeNumber, maybeText } from "./wire/fields";

/*
 * The lines of the CLI's own transcripts (~/.claude/projects/…/SESSION.jsonl),
 * brought into the form that the CLI speaks in, so that one translator serves
 * both. Most of such a file is bookkeeping and copies of requests, and is
 * passed over.
 */

/** One line of a file, or null for one that is not about the conversation. */
export interface StoredLine {
  line: KnownLine;
  /** When it was written, ms since 1970; null where the line does not say. */
  at: number | null;
}

const envelopeSchema = v.object({
  type: v.string(),
  timestamp: maybeText,
  /** Notes of the CLI's to the model. */
  isMeta: maybeFlag,
  /** What the conversation was shrunk to. */
  isCompactSummary: maybeFlag,
  isSidechain: maybeFlag,
  /** Whose side of the conversation it is; the tool call is found by it. */
  agentId: maybeText,
  apiBlockIndex: maybeNumber,
  apiErrorStatus: maybeNumber,
  toolUseResult: v.optional(v.unknown()),
  toolDenialKind: maybeText,
  permissionDecision: v.optional(v.unknown()),
  compactMetadata: v.nullish(
    v.object({
      trigger: maybeText,
      preTokens: maybeNumber,
      postTokens: maybeNumber,
    }),
  ),
});
type Envelope = v.InferOutput<typeof envelopeSchema>;

export function parseStoredLine(text: string): StoredLine | null {
  const value = parseJson(text);
  const envelope = validate(envelopeSchema, value);
  if (!envelope || !isRecord(value) || envelope.isMeta === true) {
    return null;
  }
  const line = validateWireLine({ ...value, ...asSpoken(envelope, value) });
  const at = Date.parse(envelope.timestamp ?? "");
  return line ? { line, at: Number.isNaN(at) ? null : at } : null;
}

/** The fields that have other names, or another form, when the CLI speaks. */
function asSpoken(
  envelope: Envelope,
  value: Record<string, unknown>,
): Record<string, unknown> {
  const { isSidechain, agentId } = envelope;
  switch (envelope.type) {
    case "user":
      return {
        agent_id: isSidechain === true ? agentId : null,
        isSynthetic: envelope.isCompactSummary,
        tool_use_result: envelope.toolUseResult,
        tool_result_meta: resultIds(value).map((id) => ({
          id,
          non_execution_kind: envelope.toolDenialKind,
          permission_decision: envelope.permissionDecision,
        })),
      };
    case "assistant":
      return {
        agent_id: isSidechain === true ? agentId : null,
        block_index: envelope.apiBlockIndex,
        api_error_status: envelope.apiErrorStatus,
      };
    case "system":
      return {
        compact_metadata: {
          trigger: envelope.compactMetadata?.trigger,
          pre_tokens: envelope.compactMetadata?.preTokens,
          post_tokens: envelope.compactMetadata?.postTokens,
        },
      };
    default:
      return { type: "not of the conversation" };
  }
}

/** Of a stored line they are fields of the line, though it could hold several results. */
function resultIds(value: Record<string, unknown>): unknown[] {
  const content = isRecord(value["message"]) ? value["message"]["content"] : [];
  return Array.isArray(content)
    ? content.filter(isRecord).map((block) => block["tool_use_id"])
    : [];
}

import { isRecord } from "../base/json";

/**
 * Who decided about a tool call: the user, a rule of the settings, the
 * permission mode, or a hook of somebody's. It is the record's `policy_name`.
 */
export type DecidedBy = "user" | "rule" | "mode" | "hook";

export interface CliDecision {
  decision: "allow" | "deny";
  by: DecidedBy;
}

/**
 * What the CLI says about how a call's permission check ended:
 * `tool_result_meta[].permission_decision` of a tool's result, which is
 * `{decision: accept | reject, source, reason_type?}` (measured, 2.1.329).
 * Undefined when the call ended before its check, or in words unknown here.
 */
export function cliDecisionOf(value: unknown): CliDecision | undefined {
  if (!isRecord(value)) {
    return undefined;
  }
  const { decision, source, reason_type: reasonType } = value;
  const by = decidedBy(source, reasonType);
  switch (decision) {
    case "accept":
      return by && { decision: "allow", by };
    case "reject":
      return by && { decision: "deny", by };
    default:
      return undefined;
  }
}

/** The sources: user_temporary, user_permanent, user_reject, user_abort, hook, config. */
function decidedBy(
  source: unknown,
  reasonType: unknown,
): DecidedBy | undefined {
  if (source === "config") {
    // Without a reason it is the CLI's own rule: reading needs no permission.
    return reasonType === "mode" ? "mode" : "rule";
  }
  if (source === "hook") {
    return "hook";
  }
  return typeof source === "string" && source.startsWith("user")
    ? "user"
    : undefined;
}

import { isRecord } from "../base/json";
import type { CapturedFacts } from "../queue/record";

/**
 * What of a hook's JSON is worth recording. Checked by hand, field by field:
 * a validator library would be most of the hook's bundle. Whatever does not
 * fit is left out, never an error, so that an unknown event or a changed one
 * is recorded too. Tool input and output, prompts and the transcript's path
 * are not looked at.
 *
 * `eventName` is the name that the hook was installed for; the payload's own
 * goes first.
 */
export function factsOf(
  payload: unknown,
  eventName: string | undefined,
  source: CapturedFacts["source"],
): CapturedFacts {
  const fields = isRecord(payload) ? payload : {};
  const hookEventName = text(fields["hook_event_name"]) ?? eventName;
  return {
    hookEventName,
    toolName: text(fields["tool_name"]),
    ...decisionOf(hookEventName),
    reason: reasonOf(hookEventName, fields),
    durationMs: number(fields["duration_ms"]),
    sessionId: text(fields["session_id"]),
    cwd: text(fields["cwd"]),
    permissionMode: text(fields["permission_mode"]),
    source,
  };
}

/**
 * The events that are a decision by themselves: the CLI asks the user, and it
 * refuses by its mode (`auto`, whose judge gives a reason). It tells no hook
 * what a rule allowed, nor what the user answered.
 */
function decisionOf(
  hookEventName: string | undefined,
): Pick<CapturedFacts, "decision" | "policyName"> {
  switch (hookEventName) {
    case "PermissionRequest":
      return { decision: "ask" };
    case "PermissionDenied":
      return { decision: "deny", policyName: "mode" };
    default:
      return {};
  }
}

/** Some events say elsewhere, in a word or a sentence of the CLI's own, what others say in `reason`. */
function reasonOf(
  hookEventName: string | undefined,
  fields: Record<string, unknown>,
): string | undefined {
  switch (hookEventName) {
    case "Notification":
      return text(fields["message"]);
    case "SessionStart":
      return text(fields["source"]);
    case "PreCompact":
      return text(fields["trigger"]);
    default:
      return text(fields["reason"]);
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

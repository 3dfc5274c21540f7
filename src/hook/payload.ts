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
    decision: decisionOf(hookEventName),
    reason: reasonOf(hookEventName, fields),
    durationMs: number(fields["duration_ms"]),
    sessionId: text(fields["session_id"]),
    cwd: text(fields["cwd"]),
    permissionMode: text(fields["permission_mode"]),
    source,
  };
}

/** The events that are a decision by themselves; the user's own comes from the chat. */
function decisionOf(hookEventName: string | undefined) {
  switch (hookEventName) {
    case "PermissionRequest":
      return "ask";
    case "PermissionDenied":
      return "deny";
    default:
      return undefined;
  }
}

/** A notification says in words of the CLI's own what others say in `reason`. */
function reasonOf(
  hookEventName: string | undefined,
  fields: Record<string, unknown>,
): string | undefined {
  return (
    text(fields["reason"]) ??
    (hookEventName === "Notification" ? text(fields["message"]) : undefined)
  );
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

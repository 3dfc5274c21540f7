import type { KnownLine } from "../../cli/wire";
import type { ControlRequest } from "../../cli/wire/controlLines";
import type { LifecycleLine, ResultLine } from "../../cli/wire/turnLines";
import type { ConversationEvent } from "../../protocol/conversation";
import { clearedSentence } from "../endSentences";
import { translateAssistant, translateStreamEvent } from "./agentLines";
import { rateLimitOf } from "./facts";
import { notice } from "./notice";
import { type Parts, settle } from "./parts";
import { translateSystem } from "./systemLines";
import { wasInterrupted } from "./turns";
import { translateUser } from "./userLines";

/**
 * The events of one line. Deterministic: the same lines at the same times give
 * the same events; all that is remembered between lines is in `parts`.
 */
export function translateLine(
  parts: Parts,
  line: KnownLine,
  now: number,
): ConversationEvent[] {
  switch (line.type) {
    case "system":
      return translateSystem(parts, line, now);
    case "stream_event":
      return translateStreamEvent(parts, line, now);
    case "assistant":
      return translateAssistant(parts, line, now);
    case "user":
      return translateUser(parts, line, now);
    case "result":
      return result(parts, line, now);
    case "command_lifecycle":
      return lifecycle(parts, line, now);
    case "control_request":
      return asked(parts, line, now);
    case "control_cancel_request":
      parts.waits.askClosed(line.request_id);
      return [];
    case "rate_limit_event":
      return [rateLimitOf(line)];
    case "conversation_reset":
      return reset(parts);
    case "control_response":
    case "tool_progress":
      return [];
  }
}

function lifecycle(
  parts: Parts,
  line: LifecycleLine,
  now: number,
): ConversationEvent[] {
  const events = parts.prompts.lifecycle(line);
  if (line.state === "started") {
    parts.waits.turnBegins(now);
  } else if (events.length > 0 && !parts.prompts.isAsked) {
    parts.waits.turnEnded();
  }
  return events;
}

function asked(
  parts: Parts,
  { request, request_id }: ControlRequest,
  now: number,
): ConversationEvent[] {
  if (request.subtype === "can_use_tool") {
    const { tool_use_id: toolUseId, tool_name: name } = request;
    parts.waits.asked(request_id, toolUseId, name, now);
  }
  return [];
}

function result(
  parts: Parts,
  line: ResultLine,
  now: number,
): ConversationEvent[] {
  const isAsked = parts.prompts.isAsked && line.origin == null;
  const { end, events } = parts.turns.end(line, isAsked);
  parts.waits.turnEnded();
  return [
    ...settle(parts, now, wasInterrupted(line)),
    ...events,
    ...parts.facts.window(line),
    ...(isAsked ? parts.prompts.turnEnded(end) : []),
  ];
}

/** /clear: the agent begins anew, and so does what is counted. */
function reset(parts: Parts): ConversationEvent[] {
  parts.todos.reset();
  parts.facts.reset();
  const id = `${parts.turns.id}:cleared`;
  return [{ type: "reset" }, notice(id, clearedSentence, "info")];
}

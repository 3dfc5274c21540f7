import type { RetryLine, SystemLine } from "../../cli/wire/systemLines";
import type { ConversationEvent } from "../../protocol/conversation";
import { refusedKeySentence } from "../endSentences";
import { failureOf, isFinalRefusal } from "./failures";
import { notice } from "./notice";
import type { Parts } from "./parts";
import { takeWords } from "./userLines";
import { readUserWords } from "./userWords";

export function translateSystem(
  parts: Parts,
  line: SystemLine,
  now: number,
): ConversationEvent[] {
  switch (line.subtype) {
    case "init":
      parts.waits.turnBegins(now);
      return parts.facts.init(line);
    case "status":
      if (line.status === "requesting") {
        parts.waits.step("api", now);
      }
      return [
        ...parts.facts.status(line),
        ...parts.compactions.status(line, now),
      ];
    case "api_retry":
      return retry(parts, line, now);
    case "compact_boundary":
      return [
        ...parts.compactions.boundary(line),
        ...parts.facts.shrunk(line.compact_metadata.post_tokens),
      ];
    case "hook_started":
      return [parts.hooks.start(line, now)];
    case "hook_response":
      parts.waits.resumed(now);
      return [parts.hooks.end(line, now)];
    case "task_started":
    case "task_progress":
    case "task_updated":
    case "task_notification":
      return parts.tasks.take(line);
    case "background_tasks_changed": {
      const tasks = line.tasks.map((task) => ({
        id: task.task_id,
        kind: task.task_type ?? null,
        description: task.description ?? null,
      }));
      return [parts.tasks.inBackground(tasks)];
    }
    case "permission_denied":
      return [parts.tools.deny(line.tool_use_id, line.message ?? "", now)];
    case "local_command":
      return takeWords(parts, readUserWords(line.content), line.content, now);
    case "session_state_changed":
    case "thinking_tokens":
      return [];
  }
}

function retry(
  parts: Parts,
  line: RetryLine,
  now: number,
): ConversationEvent[] {
  if (!isFinalRefusal(line)) {
    parts.waits.retry(line, now);
    return [];
  }
  const failure = failureOf("authentication_failed", refusedKeySentence, 401);
  parts.turns.failed(failure);
  return [
    notice(`${parts.turns.id}:refused`, refusedKeySentence),
    ...parts.prompts.fail(failure),
  ];
}

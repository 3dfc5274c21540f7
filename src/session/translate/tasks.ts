import * as v from "valibot";
import { maybeFlag, maybeNumber } from "../../cli/wire/fields";
import type { TaskLine } from "../../cli/wire/systemLines";
import type {
  BackgroundTask,
  ConversationEvent,
} from "../../protocol/conversation";
import type { Task } from "../../protocol/items";
import { validate } from "../../protocol/validate";

/** What the result of a subagent's call says to programs. */
const agentResult = v.object({
  agentId: v.string(),
  isAsync: maybeFlag,
  totalTokens: maybeNumber,
  totalToolUseCount: maybeNumber,
});

/** What goes on behind the tool calls that are tasks of their own. */
export class Tasks {
  readonly #tasks = new Map<string, { toolUseId: string; task: Task }>();
  #hasBackground = false;

  /** The call that a subagent works for; only its files know it by its own name. */
  callOf(agentId: string): string | undefined {
    return this.#tasks.get(agentId)?.toolUseId;
  }

  take(line: TaskLine): ConversationEvent[] {
    const known = this.#tasks.get(line.task_id);
    const toolUseId =
      ("tool_use_id" in line ? line.tool_use_id : undefined) ??
      known?.toolUseId;
    if (toolUseId == null) {
      return [];
    }
    const before = known?.task ?? newTask(line.task_id);
    return this.#keep(toolUseId, changed(before, line));
  }

  /** The call has answered; a file has nothing else to tell of a subagent. */
  toolEnded(toolUseId: string, details: unknown): ConversationEvent[] {
    const result = validate(agentResult, details);
    if (!result) {
      return [];
    }
    const { agentId, isAsync, totalTokens, totalToolUseCount } = result;
    const before = this.#tasks.get(agentId)?.task ?? newTask(agentId);
    return this.#keep(toolUseId, {
      ...before,
      status: isAsync === true ? before.status : "completed",
      isInBackground: isAsync ?? before.isInBackground,
      activity: isAsync === true ? before.activity : null,
      tokens: totalTokens ?? before.tokens,
      toolUses: totalToolUseCount ?? before.toolUses,
    });
  }

  /** All that go on between the turns. */
  inBackground(tasks: BackgroundTask[]): ConversationEvent {
    this.#hasBackground = tasks.length > 0;
    return { type: "backgroundTasks", tasks };
  }

  /** The process is gone, and with it all that it did. */
  processEnded(): ConversationEvent[] {
    const stopped = [...this.#tasks.values()]
      .filter(({ task }) => task.status === "running")
      .flatMap(({ toolUseId, task }) =>
        this.#keep(toolUseId, { ...task, status: "stopped", activity: null }),
      );
    return this.#hasBackground ? [...stopped, this.inBackground([])] : stopped;
  }

  #keep(toolUseId: string, task: Task): ConversationEvent[] {
    this.#tasks.set(task.id, { toolUseId, task });
    return [{ type: "toolTask", id: toolUseId, task }];
  }
}

function newTask(id: string): Task {
  return {
    id,
    status: "running",
    isInBackground: false,
    activity: null,
    tokens: null,
    toolUses: null,
  };
}

function changed(task: Task, line: TaskLine): Task {
  switch (line.subtype) {
    case "task_started":
      return { ...task, isInBackground: line.is_backgrounded ?? false };
    case "task_progress":
      return {
        ...withUsage(task, line.usage),
        activity: line.description ?? task.activity,
      };
    case "task_updated": {
      const { status, is_backgrounded: isInBackground } = line.patch;
      return withStatus(
        { ...task, isInBackground: isInBackground ?? task.isInBackground },
        status,
      );
    }
    case "task_notification":
      return withStatus(withUsage(task, line.usage), line.status);
  }
}

type Usage = Extract<TaskLine, { subtype: "task_progress" }>["usage"];

function withUsage(task: Task, usage: Usage): Task {
  return {
    ...task,
    tokens: usage?.total_tokens ?? task.tokens,
    toolUses: usage?.tool_uses ?? task.toolUses,
  };
}

/** The CLI's words for the ends of a task; others are not ends. */
const ends = new Map<string, Task["status"]>([
  ["completed", "completed"],
  ["failed", "failed"],
  ["stopped", "stopped"],
  ["killed", "stopped"],
]);

function withStatus(task: Task, status: string | null | undefined): Task {
  const end = ends.get(status ?? "");
  return end ? { ...task, status: end, activity: null } : task;
}

import * as v from "valibot";
import { knownOnly, maybeText } from "../../cli/wire/fields";
import type { ConversationEvent, Todo } from "../../protocol/conversation";
import { validate } from "../../protocol/validate";
import type { ToolUse } from "./tools";

const status = v.picklist(["pending", "in_progress", "completed"]);
const ids = v.nullish(knownOnly(v.string()));

const createInput = v.object({ subject: v.string(), activeForm: maybeText });
const createResult = v.object({ task: v.object({ id: v.string() }) });
const updateInput = v.object({
  taskId: v.string(),
  subject: maybeText,
  activeForm: maybeText,
  status: v.nullish(v.picklist([...status.options, "deleted"])),
  addBlockedBy: ids,
});
const updateResult = v.object({ success: v.literal(true) });
const listResult = v.object({
  tasks: knownOnly(
    v.object({ id: v.string(), subject: v.string(), status, blockedBy: ids }),
  ),
});
/** What older versions have: the whole list each time. */
const writeInput = v.object({
  todos: knownOnly(
    v.object({ content: v.string(), activeForm: maybeText, status }),
  ),
});

const tools = ["TaskCreate", "TaskUpdate", "TaskList", "TodoWrite"];

/** The list that the agent keeps of what it has to do, from the tools that it keeps it with. */
export class Todos {
  #list: Todo[] = [];
  readonly #asked = new Map<string, ToolUse>();

  toolStarted(use: ToolUse): void {
    if (tools.includes(use.name)) {
      this.#asked.set(use.id, use);
    }
  }

  toolEnded(id: string, isError: boolean, details: unknown) {
    const use = this.#asked.get(id);
    this.#asked.delete(id);
    const after = use && !isError ? this.#after(use, details) : undefined;
    if (!after) {
      return [];
    }
    this.#list = after;
    return [{ type: "todos", todos: after } satisfies ConversationEvent];
  }

  reset(): void {
    this.#list = [];
    this.#asked.clear();
  }

  #after({ name, input }: ToolUse, details: unknown): Todo[] | undefined {
    switch (name) {
      case "TaskCreate":
        return this.#created(input, details);
      case "TaskUpdate":
        return this.#updated(input, details);
      case "TaskList":
        return this.#listed(details);
      default:
        return written(input);
    }
  }

  #created(input: unknown, details: unknown): Todo[] | undefined {
    const asked = validate(createInput, input);
    const made = validate(createResult, details);
    if (!asked || !made) {
      return undefined;
    }
    const { id } = made.task;
    return [
      ...this.#list.filter((todo) => todo.id !== id),
      {
        id,
        subject: asked.subject,
        status: "pending",
        blockedBy: [],
        activeForm: asked.activeForm ?? null,
      },
    ];
  }

  #updated(input: unknown, details: unknown): Todo[] | undefined {
    const asked = validate(updateInput, input);
    if (!asked || !validate(updateResult, details)) {
      return undefined;
    }
    const { taskId, subject, activeForm, addBlockedBy } = asked;
    return this.#list.flatMap((todo) => {
      if (todo.id !== taskId) {
        return todo;
      }
      return asked.status === "deleted"
        ? []
        : {
            id: todo.id,
            subject: subject ?? todo.subject,
            activeForm: activeForm ?? todo.activeForm,
            status: asked.status ?? todo.status,
            blockedBy: [
              ...new Set([...todo.blockedBy, ...(addBlockedBy ?? [])]),
            ],
          };
    });
  }

  #listed(details: unknown): Todo[] | undefined {
    return validate(listResult, details)?.tasks.map((task) => ({
      id: task.id,
      subject: task.subject,
      status: task.status,
      activeForm:
        this.#list.find(({ id }) => id === task.id)?.activeForm ?? null,
      blockedBy: task.blockedBy ?? [],
    }));
  }
}

function written(input: unknown): Todo[] | undefined {
  return validate(writeInput, input)?.todos.map((todo, index) => ({
    id: String(index + 1),
    subject: todo.content,
    status: todo.status,
    activeForm: todo.activeForm ?? null,
    blockedBy: [],
  }));
}

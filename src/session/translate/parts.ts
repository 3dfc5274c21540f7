import type { AssistantLine, UserLine } from "../../cli/wire/messageLines";
import type { ConversationEvent } from "../../protocol/conversation";
import { Compactions } from "./compactions";
import { Facts } from "./facts";
import { Hooks } from "./hooks";
import { Prompts } from "./prompts";
import { StreamedBlocks } from "./streamedBlocks";
import { Tasks } from "./tasks";
import { Todos } from "./todos";
import { Tools } from "./tools";
import { Turns } from "./turns";
import { Waits } from "./waits";

/** What the translation remembers between lines, each in one place. */
export interface Parts {
  /** Before the ids of what has none of its own: it keeps those of a resumed process apart. */
  readonly idPrefix: string;
  /** The lines are a file's, which tells less than a process. */
  readonly isStored: boolean;
  readonly stream: StreamedBlocks;
  readonly tools: Tools;
  readonly tasks: Tasks;
  readonly todos: Todos;
  readonly hooks: Hooks;
  readonly compactions: Compactions;
  readonly facts: Facts;
  readonly prompts: Prompts;
  readonly turns: Turns;
  readonly waits: Waits;
}

export function createParts(
  idPrefix: string,
  folder: string,
  isStored: boolean,
): Parts {
  const tools = new Tools(folder);
  const hooks = new Hooks(idPrefix);
  const compactions = new Compactions(idPrefix);
  return {
    idPrefix,
    isStored,
    // Message ids are the API's, and some gateways count theirs from 1.
    stream: new StreamedBlocks((id, index) => `${idPrefix}:${id}:${index}`),
    tools,
    tasks: new Tasks(),
    todos: new Todos(),
    hooks,
    compactions,
    facts: new Facts(),
    prompts: new Prompts(),
    turns: new Turns(idPrefix),
    waits: new Waits({ tools, hooks, compactions }),
  };
}

/** A turn or the process has ended: what goes on no more. */
export function settle(
  { stream, tools, compactions }: Parts,
  now: number,
  withSubagents: boolean,
): ConversationEvent[] {
  return [
    ...stream.settle(now),
    ...tools.settle(now, withSubagents),
    ...compactions.settle(),
  ];
}

/** A file knows a subagent by its own name, not by the call that it works for. */
export function parentOf(
  line: AssistantLine | UserLine,
  { tasks }: Parts,
): string | undefined {
  const { parent_tool_use_id: parent, agent_id: agent } = line;
  return parent ?? (agent == null ? undefined : (tasks.callOf(agent) ?? agent));
}

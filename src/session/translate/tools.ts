import type {
  ContentBlock,
  ResultMeta,
  ToolResult,
  UserLine,
} from "../../cli/wire/messageLines";
import {
  cutText,
  describeTool,
  longestDetail,
} from "../../permission/describeTool";
import type { ConversationEvent } from "../../protocol/conversation";
import type { ToolDecision, ToolStatus } from "../../protocol/items";
import { imagesOf, patchOf, textOf } from "./toolOutput";

export type ToolUse = Extract<ContentBlock, { type: "tool_use" }>;

/** A tool that has not ended. */
export interface RunningTool {
  id: string;
  name: string;
  parent: string | undefined;
  startedAt: number;
}

/** Why a tool was not run: the turn was interrupted while its ask was open. Nobody denied it. */
const interruptedKind = "user-rejected";

/** The calls of tools, from the agent's wish to the tool's answer. */
export class Tools {
  readonly #running = new Map<string, RunningTool>();

  /** `folder`: the one that the agent works in; paths in it are shown relative to it. */
  constructor(private readonly folder: string) {}

  start(
    { id, name, input }: ToolUse,
    now: number,
    parent: string | undefined,
  ): ConversationEvent {
    this.#running.set(id, { id, name, parent, startedAt: now });
    return {
      type: "item",
      item: {
        kind: "tool",
        id,
        name,
        ...(parent === undefined ? {} : { parent }),
        ...describeTool(name, input, this.folder),
        status: "running",
        output: null,
        startedAt: now,
        durationMs: null,
      },
    };
  }

  end(result: ToolResult, line: UserLine, now: number): ConversationEvent {
    this.#running.delete(result.tool_use_id);
    const meta = line.tool_result_meta?.find(
      (entry) => entry.id === result.tool_use_id,
    );
    const status = statusOf(result, meta);
    // Of a tool that was interrupted the CLI speaks to the agent, not to people.
    const output = status === "interrupted" ? null : textOf(result.content);
    const patch = patchOf(line.tool_use_result);
    const images = imagesOf(result.content);
    const decision = decisionOf(meta);
    return {
      type: "toolEnded",
      id: result.tool_use_id,
      status,
      output: output === null ? null : cutText(output, longestDetail),
      at: now,
      ...(patch && { patch }),
      ...(images && { images }),
      ...(decision && { decision }),
    };
  }

  /** The CLI refuses it by itself; the tool's own result follows. */
  deny(id: string, message: string, now: number): ConversationEvent {
    this.#running.delete(id);
    return {
      type: "toolEnded",
      id,
      status: "denied",
      output: cutText(message, longestDetail),
      at: now,
    };
  }

  /** A subagent in the background goes on with its tools after a turn that nobody interrupted. */
  settle(now: number, withSubagents: boolean): ConversationEvent[] {
    return [...this.#running.values()]
      .filter(({ parent }) => withSubagents || parent === undefined)
      .map(({ id }) => {
        this.#running.delete(id);
        return {
          type: "toolEnded",
          id,
          status: "interrupted",
          output: null,
          at: now,
        };
      });
  }

  /** The one that the agent has waited for longest. */
  get oldest(): RunningTool | undefined {
    for (const tool of this.#running.values()) {
      if (tool.parent === undefined) {
        return tool;
      }
    }
    return undefined;
  }
}

function statusOf(
  result: ToolResult,
  meta: ResultMeta | undefined,
): ToolStatus {
  if (meta?.permission_decision?.decision === "reject") {
    return "denied";
  }
  if (meta?.non_execution_kind === interruptedKind) {
    return "interrupted";
  }
  if (meta?.non_execution_kind != null) {
    return "denied";
  }
  return result.is_error ? "failed" : "done";
}

function decisionOf(meta: ResultMeta | undefined): ToolDecision | undefined {
  const { decision, source, reason_type } = meta?.permission_decision ?? {};
  return decision === "accept" || decision === "reject"
    ? {
        decision,
        source: source ?? null,
        ...(reason_type ? { reasonType: reason_type } : {}),
      }
    : undefined;
}

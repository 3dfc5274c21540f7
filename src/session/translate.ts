import type {
  AssistantLine,
  ContentBlock,
  KnownLine,
  ResultLine,
  StreamEventLine,
  SystemLine,
  ToolResult,
  UserLine,
} from "../cli/wire";
import {
  cutText,
  describeTool,
  longestDetail,
} from "../permission/describeTool";
import type {
  ConversationEvent,
  ToolStatus,
  TranscriptItem,
} from "../protocol/conversation";
import { refusedKeySentence } from "./endSentences";

/** The CLI's own words about an interrupted turn: internal, not for people. */
const diagnosticMark = "[ede_diagnostic]";
/** Why a tool was not run: the turn was interrupted while its ask was open. Nobody denied it. */
const interruptedKind = "user-rejected";

/**
 * Turns the CLI's lines into conversation events. Deterministic: the same
 * lines at the same times give the same events; it holds only what it must
 * remember between lines. Lines that say nothing about the transcript (control
 * traffic, lifecycle) give no events.
 */
export class Translator {
  /** The message that is being streamed, and its blocks that are not whole yet, with the text so far. */
  #streaming: string | undefined;
  readonly #open = new Map<
    string,
    { kind: "text" | "thinking"; index: number; text: string }
  >();
  /** How many whole blocks of each message of this turn have come: a block's number is not in its line. */
  readonly #wholeBlocks = new Map<string, number>();
  /** Which tools have not ended, and whether a subagent uses them. */
  readonly #runningTools = new Map<string, { isSubagent: boolean }>();
  #isRefused = false;
  #costUsd = 0;
  #turns = 0;

  constructor(
    private readonly idPrefix: string,
    /** The folder that the agent works in: paths in it are shown relative to it. */
    private readonly folder = "",
  ) {}

  translate(line: KnownLine, now: number): ConversationEvent[] {
    switch (line.type) {
      case "system":
        return this.#system(line);
      case "stream_event":
        return this.#streamEvent(line);
      case "assistant":
        return this.#assistant(line, now);
      case "user":
        return this.#user(line, now);
      case "result":
        return this.#result(line, now);
      case "control_request":
      case "control_response":
      case "control_cancel_request":
      case "command_lifecycle":
        return [];
    }
  }

  /** The process is gone: what was streamed stays as far as it came, tools did not end. */
  processEnded(now: number): ConversationEvent[] {
    return this.#settle(now, true);
  }

  /** A subagent in the background goes on with its tools after a turn that nobody interrupted. */
  #settle(now: number, withSubagents: boolean): ConversationEvent[] {
    const events = [...this.#open].map(
      ([id, { kind, text }]): ConversationEvent => ({
        type: "item",
        item: { kind, id, text, streaming: false },
      }),
    );
    this.#open.clear();
    const tools = [...this.#runningTools]
      .filter(([, { isSubagent }]) => withSubagents || !isSubagent)
      .map(([id]) => id);
    return [...events, ...this.#interruptTools(now, tools)];
  }

  #system(line: SystemLine): ConversationEvent[] {
    if (isFinalRefusal(line)) {
      this.#isRefused = true;
      return [notice(`${this.#nextTurnId}:refused`, refusedKeySentence)];
    }
    const { model, permissionMode, claude_code_version: cliVersion } = line;
    return model === undefined && permissionMode === undefined
      ? []
      : [{ type: "info", model, permissionMode, cliVersion }];
  }

  #streamEvent({
    event,
    parent_tool_use_id,
  }: StreamEventLine): ConversationEvent[] {
    if (parent_tool_use_id != null) {
      return [];
    }
    if (event.type === "message_start") {
      this.#streaming = event.message.id;
      return this.#discardOpen();
    }
    if (event.type !== "content_block_delta" || this.#streaming === undefined) {
      return [];
    }
    const text = event.delta.text ?? event.delta.thinking;
    if (text === undefined || text === "") {
      return [];
    }
    const kind = event.delta.text === undefined ? "thinking" : "text";
    const id = this.#blockId(this.#streaming, event.index);
    const before = this.#open.get(id)?.text ?? "";
    this.#open.set(id, { kind, index: event.index, text: before + text });
    return [{ type: "delta", id, kind, text }];
  }

  /**
   * The whole message replaces what was streamed for its block. When it is
   * another message than the one that was streamed (the CLI's fallback after
   * an error in the middle of a stream), what was streamed is void.
   */
  #assistant(line: AssistantLine, now: number): ConversationEvent[] {
    const { id, content } = line.message;
    if (line.error != null) {
      const text = content
        .map((block) => (block.type === "text" ? block.text : ""))
        .join("");
      return [notice(`${this.idPrefix}:${id}`, text || line.error)];
    }
    const isSubagent = line.parent_tool_use_id != null;
    // A subagent works beside the agent: its messages say nothing about the stream.
    const isStreamed = id === this.#streaming;
    const events = isStreamed || isSubagent ? [] : this.#discardOpen();
    for (const block of content) {
      // Blocks of a kind that we do not know are not counted, but a streamed one has its number.
      const streamed = isStreamed ? this.#openOf(block.type) : undefined;
      const index = streamed ?? this.#wholeBlocks.get(id) ?? 0;
      this.#wholeBlocks.set(id, index + 1);
      const blockId = this.#blockId(id, index);
      const item = this.#itemOf(block, blockId, now, isSubagent);
      // Words that were streamed under a tool's number stay until the turn ends.
      const wasOpen = block.type !== "tool_use" && this.#open.delete(blockId);
      if (item) {
        events.push({ type: "item", item });
      } else if (wasOpen) {
        events.push({ type: "itemRemoved", id: blockId });
      }
    }
    return events;
  }

  /** The number of the block of this kind that is being streamed. */
  #openOf(kind: ContentBlock["type"]): number | undefined {
    return [...this.#open.values()].find((open) => open.kind === kind)?.index;
  }

  /** Of a subagent only its tool calls are shown: its words are for the agent. */
  #itemOf(
    block: ContentBlock,
    id: string,
    now: number,
    isSubagent: boolean,
  ): TranscriptItem | undefined {
    switch (block.type) {
      case "text":
        return isSubagent || block.text === ""
          ? undefined
          : { kind: "text", id, text: block.text, streaming: false };
      case "thinking":
        return isSubagent || block.thinking === ""
          ? undefined
          : { kind: "thinking", id, text: block.thinking, streaming: false };
      case "tool_use":
        this.#runningTools.set(block.id, { isSubagent });
        return {
          kind: "tool",
          id: block.id,
          name: block.name,
          ...describeTool(block.name, block.input, this.folder),
          status: "running",
          output: null,
          startedAt: now,
          durationMs: null,
        };
    }
  }

  #user(line: UserLine, now: number): ConversationEvent[] {
    return line.message.content.map((result): ConversationEvent => {
      this.#runningTools.delete(result.tool_use_id);
      const meta = line.tool_result_meta.find(
        (entry) => entry.id === result.tool_use_id,
      );
      const status = statusOf(result, meta?.non_execution_kind);
      return {
        type: "toolEnded",
        id: result.tool_use_id,
        status,
        // Of a tool that was interrupted the CLI speaks to the agent, not to people.
        output:
          status === "interrupted"
            ? null
            : cutText(textOf(result.content), longestDetail),
        at: now,
      };
    });
  }

  #result(line: ResultLine, now: number): ConversationEvent[] {
    const isInterrupted = line.terminal_reason?.startsWith("aborted") ?? false;
    const isFailed = this.#isRefused || (line.is_error && !isInterrupted);
    const costUsd =
      line.total_cost_usd === undefined
        ? null
        : Math.max(0, line.total_cost_usd - this.#costUsd);
    this.#costUsd = line.total_cost_usd ?? this.#costUsd;
    const id = this.#nextTurnId;
    const events = this.#settle(now, isInterrupted);
    this.#turns += 1;
    this.#isRefused = false;
    this.#wholeBlocks.clear();
    this.#streaming = undefined;
    const errors = (line.errors ?? []).filter(
      (error) => !error.includes(diagnosticMark),
    );
    if (isFailed && !isInterrupted && errors.length > 0) {
      events.push(notice(`${id}:error`, errors.join("\n")));
    }
    events.push({
      type: "item",
      item: {
        kind: "turn",
        id,
        outcome: isFailed
          ? "failed"
          : isInterrupted
            ? "interrupted"
            : "completed",
        durationMs: line.duration_ms ?? null,
        costUsd,
        outputTokens: line.usage?.output_tokens ?? null,
      },
    });
    return events;
  }

  #interruptTools(now: number, ids: string[]): ConversationEvent[] {
    return ids.map((id): ConversationEvent => {
      this.#runningTools.delete(id);
      return {
        type: "toolEnded",
        id,
        status: "interrupted",
        output: null,
        at: now,
      };
    });
  }

  #discardOpen(): ConversationEvent[] {
    const ids = [...this.#open.keys()];
    this.#open.clear();
    return ids.map((id) => ({ type: "itemRemoved", id }));
  }

  get #nextTurnId(): string {
    return `${this.idPrefix}:turn:${this.#turns + 1}`;
  }

  /** Message ids are the API's; the prefix keeps those of a resumed process apart. */
  #blockId(messageId: string, index: number): string {
    return `${this.idPrefix}:${messageId}:${index}`;
  }
}

/** The API does not accept who the user is: trying again changes nothing, though the CLI does. */
export function isFinalRefusal(line: SystemLine): boolean {
  return line.subtype === "api_retry" && line.error_status === 401;
}

function notice(id: string, text: string): ConversationEvent {
  return { type: "item", item: { kind: "notice", id, tone: "error", text } };
}

function statusOf(
  result: ToolResult,
  nonExecution: string | undefined,
): ToolStatus {
  if (nonExecution === interruptedKind) {
    return "interrupted";
  }
  if (nonExecution !== undefined) {
    return "denied";
  }
  return result.is_error ? "failed" : "done";
}

/** A tool's result is text, or a list of blocks of which some hold text. */
function textOf(content: unknown): string {
  if (typeof content === "string") {
    return content;
  }
  if (!Array.isArray(content)) {
    return "";
  }
  return content
    .map((block: unknown) =>
      typeof block === "object" &&
      block !== null &&
      "text" in block &&
      typeof block.text === "string"
        ? block.text
        : "",
    )
    .filter((text) => text !== "")
    .join("\n");
}

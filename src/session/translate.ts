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

/** The CLI's own words about an interrupted turn: internal, not for people. */
const diagnosticMark = "[ede_diagnostic]";

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
    { kind: "text" | "thinking"; text: string }
  >();
  /** How many whole blocks of each message of this turn have come: a block's number is not in its line. */
  readonly #wholeBlocks = new Map<string, number>();
  readonly #runningTools = new Set<string>();
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
    const events = [
      ...[...this.#open].map(([id, { kind, text }]): ConversationEvent => ({
        type: "item",
        item: { kind, id, text, streaming: false },
      })),
      ...this.#interruptTools(now),
    ];
    this.#open.clear();
    return events;
  }

  #system({
    model,
    permissionMode,
    claude_code_version: cliVersion,
  }: SystemLine): ConversationEvent[] {
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
    this.#open.set(id, { kind, text: before + text });
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
    const events = id === this.#streaming ? [] : this.#discardOpen();
    for (const block of content) {
      const index = this.#wholeBlocks.get(id) ?? 0;
      this.#wholeBlocks.set(id, index + 1);
      const blockId = this.#blockId(id, index);
      this.#open.delete(blockId);
      const item = this.#itemOf(
        block,
        blockId,
        now,
        line.parent_tool_use_id != null,
      );
      if (item) {
        events.push({ type: "item", item });
      }
    }
    return events;
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
        this.#runningTools.add(block.id);
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
      return {
        type: "toolEnded",
        id: result.tool_use_id,
        status: statusOf(result, meta?.non_execution_kind),
        output: cutText(textOf(result.content), longestDetail),
        at: now,
      };
    });
  }

  #result(line: ResultLine, now: number): ConversationEvent[] {
    const isInterrupted = line.terminal_reason?.startsWith("aborted") ?? false;
    const isFailed = line.is_error && !isInterrupted;
    const costUsd =
      line.total_cost_usd === undefined
        ? null
        : Math.max(0, line.total_cost_usd - this.#costUsd);
    this.#costUsd = line.total_cost_usd ?? this.#costUsd;
    this.#turns += 1;
    const id = `${this.idPrefix}:turn:${this.#turns}`;
    const events = [...this.processEnded(now)];
    this.#wholeBlocks.clear();
    this.#streaming = undefined;
    const errors = (line.errors ?? []).filter(
      (error) => !error.includes(diagnosticMark),
    );
    if (isFailed && errors.length > 0) {
      events.push(notice(`${id}:error`, errors.join("\n")));
    }
    events.push({
      type: "item",
      item: {
        kind: "turn",
        id,
        outcome: isInterrupted
          ? "interrupted"
          : isFailed
            ? "failed"
            : "completed",
        durationMs: line.duration_ms ?? null,
        costUsd,
        outputTokens: line.usage?.output_tokens ?? null,
      },
    });
    return events;
  }

  #interruptTools(now: number): ConversationEvent[] {
    const ended = [...this.#runningTools].map((id): ConversationEvent => ({
      type: "toolEnded",
      id,
      status: "interrupted",
      output: null,
      at: now,
    }));
    this.#runningTools.clear();
    return ended;
  }

  #discardOpen(): ConversationEvent[] {
    const ids = [...this.#open.keys()];
    this.#open.clear();
    return ids.map((id) => ({ type: "itemRemoved", id }));
  }

  /** Message ids are the API's; the prefix keeps those of a resumed process apart. */
  #blockId(messageId: string, index: number): string {
    return `${this.idPrefix}:${messageId}:${index}`;
  }
}

function notice(id: string, text: string): ConversationEvent {
  return { type: "item", item: { kind: "notice", id, tone: "error", text } };
}

function statusOf(
  result: ToolResult,
  nonExecution: string | undefined,
): ToolStatus {
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

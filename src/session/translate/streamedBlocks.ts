import type {
  ContentBlock,
  StreamEventLine,
} from "../../cli/wire/messageLines";
import type { ConversationEvent } from "../../protocol/conversation";
import type { ToolItem } from "../../protocol/items";

type StreamEvent = StreamEventLine["event"];
type Started = Extract<StreamEvent, { type: "content_block_start" }>;
type Delta = Extract<StreamEvent, { type: "content_block_delta" }>;

/** A block that is not whole yet: `id` is its item's. */
interface OpenBlock {
  id: string;
  kind: ContentBlock["type"];
  index: number;
  text: string;
}

/**
 * The message that is being streamed, and the numbers of its blocks. A whole
 * message replaces what was streamed for its block; of what will never be whole
 * nothing stays.
 */
export class StreamedBlocks {
  #messageId: string | undefined;
  #open: OpenBlock[] = [];
  /** How many whole blocks of each message of this turn have come: a block's number is not in its line. */
  readonly #whole = new Map<string, number>();

  constructor(
    private readonly itemId: (messageId: string, index: number) => string,
  ) {}

  isStreamed(messageId: string): boolean {
    return messageId === this.#messageId;
  }

  /** Another message begins: what is left of the one before is void. */
  begin(messageId: string): ConversationEvent[] {
    this.#messageId = messageId;
    return this.discard();
  }

  /** Of a tool the name is known before its input is. */
  start(
    { index, content_block: block }: Started,
    now: number,
  ): ConversationEvent[] {
    const { type, id, name } = block;
    if (type !== "tool_use" || id == null || name == null) {
      return [];
    }
    this.#open.push({ id, kind: "tool_use", index, text: "" });
    const tool: ToolItem = {
      kind: "tool",
      id,
      name,
      summary: "",
      detail: "",
      status: "preparing",
      output: null,
      startedAt: now,
      durationMs: null,
    };
    return [{ type: "item", item: tool }];
  }

  add({ index, delta }: Delta): ConversationEvent[] {
    if (this.#messageId === undefined) {
      return [];
    }
    if (delta.partial_json != null) {
      return this.#addInput(index, delta.partial_json);
    }
    const text = delta.text ?? delta.thinking;
    if (text == null || text === "") {
      return [];
    }
    const kind = delta.text == null ? "thinking" : "text";
    const id = this.itemId(this.#messageId, index);
    const open = this.#open.find((block) => block.id === id);
    if (open) {
      open.text += text;
    } else {
      this.#open.push({ id, kind, index, text });
    }
    return [{ type: "delta", id, kind, text }];
  }

  #addInput(index: number, text: string): ConversationEvent[] {
    const tool = this.#open.find(
      (block) => block.kind === "tool_use" && block.index === index,
    );
    return tool && text !== ""
      ? [{ type: "toolInput", id: tool.id, text }]
      : [];
  }

  /**
   * The item that a whole block is: the one that is being streamed, else the
   * next of its message. Blocks of a kind that we do not know are not counted,
   * but a streamed one has its number.
   */
  whole(messageId: string, kind: ContentBlock["type"], known?: number | null) {
    const open = this.isStreamed(messageId)
      ? this.#open.find((block) => block.kind === kind)
      : undefined;
    const index = known ?? open?.index ?? this.#whole.get(messageId) ?? 0;
    this.#whole.set(messageId, index + 1);
    return this.itemId(messageId, index);
  }

  /** It is no longer open; whether it was. */
  close(id: string): boolean {
    const before = this.#open.length;
    this.#open = this.#open.filter((block) => block.id !== id);
    return this.#open.length < before;
  }

  /** What was streamed from this block on goes. */
  discard(fromIndex = 0): ConversationEvent[] {
    const gone = this.#open.filter(({ index }) => index >= fromIndex);
    this.#open = this.#open.filter(({ index }) => index < fromIndex);
    return gone.map(({ id }) => ({ type: "itemRemoved", id }));
  }

  /** The turn or the process has ended: what was said stays as far as it came, a tool was not run. */
  settle(now: number): ConversationEvent[] {
    const events = this.#open.map((block): ConversationEvent => {
      const { id, kind, text } = block;
      return kind === "tool_use"
        ? {
            type: "toolEnded",
            id,
            status: "interrupted",
            output: null,
            at: now,
          }
        : { type: "item", item: { kind, id, text, streaming: false } };
    });
    this.#open = [];
    this.#whole.clear();
    this.#messageId = undefined;
    return events;
  }
}

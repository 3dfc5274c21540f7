import type { BoundaryLine, StatusLine } from "../../cli/wire/systemLines";
import type { ConversationEvent } from "../../protocol/conversation";
import type { CompactionItem } from "../../protocol/items";

/** The times that the conversation is shrunk to a summary. */
export class Compactions {
  #count = 0;
  #since: number | null = null;
  /** It has ended well, and its figures are about to come. */
  #awaitsFigures = false;

  constructor(private readonly idPrefix: string) {}

  /** When the one that is going on began, ms since 1970. */
  get since(): number | null {
    return this.#since;
  }

  status(line: StatusLine, now: number): ConversationEvent[] {
    if (line.status === "compacting") {
      return this.#since === null ? this.#begin(now) : [];
    }
    if (this.#since === null || line.status != null) {
      return [];
    }
    const { compact_result: result } = line;
    return this.#end(result == null || result === "success");
  }

  /** What it came to. A file has only this. */
  boundary({ compact_metadata: data }: BoundaryLine): ConversationEvent[] {
    if (this.#since === null && !this.#awaitsFigures) {
      this.#count += 1;
    }
    this.#since = null;
    this.#awaitsFigures = false;
    const { trigger, pre_tokens, post_tokens } = data;
    return this.#item({
      status: "done",
      trigger: trigger === "manual" || trigger === "auto" ? trigger : null,
      tokensBefore: pre_tokens ?? null,
      tokensAfter: post_tokens ?? null,
    });
  }

  /** The turn or the process ended. */
  settle(): ConversationEvent[] {
    this.#awaitsFigures = false;
    return this.#since === null ? [] : this.#end(false);
  }

  #begin(now: number): ConversationEvent[] {
    this.#since = now;
    this.#awaitsFigures = false;
    this.#count += 1;
    return this.#item({ status: "running" });
  }

  #end(isDone: boolean): ConversationEvent[] {
    this.#since = null;
    this.#awaitsFigures = isDone;
    return this.#item({ status: isDone ? "done" : "failed" });
  }

  #item(
    what: Pick<CompactionItem, "status"> & Partial<CompactionItem>,
  ): ConversationEvent[] {
    const id = `${this.idPrefix}:compaction:${this.#count + 1}`;
    const unknown = { trigger: null, tokensBefore: null, tokensAfter: null };
    const item = { kind: "compaction", id, ...unknown, ...what } as const;
    return [{ type: "item", item }];
  }
}

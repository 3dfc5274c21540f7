import type { ResultLine } from "../../cli/wire/turnLines";
import type {
  ConversationEvent,
  TranscriptItem,
} from "../../protocol/conversation";
import type { Failure } from "../../protocol/items";
import { notice } from "./notice";
import type { TurnEnd } from "./prompts";

/** The CLI's own words about an interrupted turn: internal, not for people. */
const diagnosticMark = "[ede_diagnostic]";

type TurnItem = Extract<TranscriptItem, { kind: "turn" }>;

/** The ends of turns: how, at what price. */
export class Turns {
  #count = 0;
  #costUsd = 0;
  /** What has gone wrong in the turn so far. */
  #failure: Failure | undefined;

  constructor(private readonly idPrefix: string) {}

  /** Of the turn that goes on, or else of the next. */
  get id(): string {
    return `${this.idPrefix}:turn:${this.#count + 1}`;
  }

  /** The API does not accept who the user is. */
  get isRefused(): boolean {
    return this.#failure?.kind === "signIn";
  }

  /** The API refused; the turn fails, however it ends. */
  failed(failure: Failure): void {
    this.#failure = failure;
  }

  /** The end for the prompts, and the turn's foot. */
  end(
    line: ResultLine,
    isAsked: boolean,
  ): { end: TurnEnd; events: ConversationEvent[] } {
    const id = this.id;
    const isInterrupted = wasInterrupted(line);
    const isFailed = this.isRefused || (line.is_error && !isInterrupted);
    const words = (line.errors ?? []).filter(
      (error) => !error.includes(diagnosticMark),
    );
    const end: TurnEnd = isFailed
      ? { outcome: "failed", failure: this.#failureOf(line, words) }
      : { outcome: isInterrupted ? "interrupted" : "done" };
    const item: TurnItem = {
      kind: "turn",
      id,
      outcome: end.outcome === "done" ? "completed" : end.outcome,
      durationMs: line.duration_ms ?? null,
      costUsd: this.#costOf(line),
      ...figuresOf(line),
      ...(isAsked ? {} : { isUnasked: true }),
    };
    const events: ConversationEvent[] = [{ type: "item", item }];
    if (isFailed && !isInterrupted && words.length > 0) {
      events.unshift(notice(`${id}:error`, words.join("\n")));
    }
    this.#count += 1;
    this.#failure = undefined;
    return { end, events };
  }

  #failureOf(line: ResultLine, words: string[]): Failure {
    const message = words.length > 0 ? words.join("\n") : (line.result ?? null);
    const isLimit = line.subtype.startsWith("error_max");
    return this.#failure ?? { kind: isLimit ? "limit" : "other", message };
  }

  /** The CLI adds up, and begins anew when the conversation is cleared. */
  #costOf({ total_cost_usd: total }: ResultLine): number | null {
    if (total == null) {
      return null;
    }
    const cost = Math.max(0, total - this.#costUsd);
    this.#costUsd = total;
    return cost;
  }
}

export function wasInterrupted({ terminal_reason: why }: ResultLine): boolean {
  return why?.startsWith("aborted") ?? false;
}

function figuresOf({
  usage,
  ttft_ms: firstWordMs,
}: ResultLine): Pick<
  TurnItem,
  "outputTokens" | "inputTokens" | "cachedTokens" | "firstWordMs"
> {
  const inputTokens = usage?.input_tokens;
  const cachedTokens = usage?.cache_read_input_tokens;
  return {
    outputTokens: usage?.output_tokens ?? null,
    ...(inputTokens == null ? {} : { inputTokens }),
    ...(cachedTokens == null ? {} : { cachedTokens }),
    ...(firstWordMs == null ? {} : { firstWordMs }),
  };
}

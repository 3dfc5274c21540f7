import type { RetryLine } from "../../cli/wire/systemLines";
import type { ConversationEvent, Waiting } from "../../protocol/conversation";
import type { Compactions } from "./compactions";
import type { Hooks } from "./hooks";
import type { Tools } from "./tools";

type Retry = Extract<Waiting, { kind: "retry" }>;
type Permission = Extract<Waiting, { kind: "permission" }>;

/**
 * What the agent waits for, and since when: always known, so that a standstill
 * has a name. Of several the one that the others wait for.
 */
export class Waits {
  readonly #asks = new Map<string, Permission>();
  #retry: Retry | null = null;
  /** The agent's own steps: at most one at a time. */
  #step: Extract<Waiting, { kind: "agent" | "api" | "answer" }> | null = null;
  #told: Waiting | null = null;

  constructor(
    private readonly others: {
      tools: Tools;
      hooks: Hooks;
      compactions: Compactions;
    },
  ) {}

  /** Somebody waits for the agent from now on. */
  turnBegins(now: number): void {
    this.#step ??= { kind: "agent", since: now };
  }

  step(kind: "agent" | "api" | "answer", now: number): void {
    this.#retry = null;
    if (this.#step?.kind !== kind) {
      this.#step = { kind, since: now };
    }
  }

  /** What it waited for is there: it is the agent's turn again, from now on. */
  resumed(now: number): void {
    if (this.#step?.kind === "agent") {
      this.#step = { kind: "agent", since: now };
    }
  }

  retry(line: RetryLine, now: number): void {
    this.#retry = {
      kind: "retry",
      since: now,
      attempt: line.attempt ?? 1,
      of: line.max_retries ?? 1,
      until: now + (line.retry_delay_ms ?? 0),
      httpStatus: line.error_status ?? null,
    };
  }

  asked(id: string, toolUseId: string, name: string, now: number): void {
    this.#asks.set(id, { kind: "permission", since: now, toolUseId, name });
  }

  /** It was answered, or taken back. */
  askClosed(id: string): void {
    this.#asks.delete(id);
  }

  /** A subagent in the background may ask on. */
  turnEnded(): void {
    this.#retry = null;
    this.#step = null;
  }

  processEnded(): void {
    this.turnEnded();
    this.#asks.clear();
  }

  /** The news, if there are any. */
  changes(): ConversationEvent[] {
    const waiting = this.#current();
    if (isSame(waiting, this.#told)) {
      return [];
    }
    this.#told = waiting;
    return [{ type: "waiting", waiting }];
  }

  #current(): Waiting | null {
    const [ask] = this.#asks.values();
    const { compactions, hooks, tools } = this.others;
    if (ask || this.#retry) {
      return ask ?? this.#retry;
    }
    if (compactions.since !== null) {
      return { kind: "compaction", since: compactions.since };
    }
    const hook = hooks.oldest;
    if (hook) {
      return { kind: "hook", since: hook.startedAt, name: hook.name };
    }
    const tool = this.#step?.kind === "answer" ? undefined : tools.oldest;
    return tool
      ? {
          kind: "tool",
          since: tool.startedAt,
          toolUseId: tool.id,
          name: tool.name,
        }
      : this.#step;
  }
}

function isSame(a: Waiting | null, b: Waiting | null): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

import type { LifecycleLine } from "../../cli/wire/turnLines";
import type { ConversationEvent } from "../../protocol/conversation";
import type { Failure, PromptOutcome } from "../../protocol/items";

/** How a turn ended for the prompts that it served. */
export interface TurnEnd {
  outcome: PromptOutcome;
  failure?: Failure;
}

/**
 * The prompts that the CLI has, by their ids. Each ends once: how, says the
 * result of its turn; that it has, the CLI's report about it. A result alone
 * ends nothing unless the CLI reports nothing: there are turns that no prompt
 * has asked for.
 */
export class Prompts {
  /** Those that have not ended; with the end of their turn, once that is known. */
  readonly #open = new Map<string, { isStarted: boolean; end?: TurnEnd }>();
  readonly #ended = new Set<string>();
  #hasLifecycle = false;
  #isAsked = false;
  /** The last one that a file has; a file tells of few ends. */
  #lastSeen: string | undefined;

  /** Whether a prompt has asked for the turn that goes on, or for the next. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  sent(id: string): void {
    if (!this.#ended.has(id) && !this.#open.has(id)) {
      this.#open.set(id, { isStarted: false });
      this.#isAsked ||= !this.#hasLifecycle;
    }
  }

  /** It was dropped before its start, and may be sent once more. */
  returned(id: string): void {
    this.#open.delete(id);
    this.#ended.delete(id);
  }

  lifecycle({ command_uuid: id, state }: LifecycleLine): ConversationEvent[] {
    this.#hasLifecycle = true;
    this.sent(id);
    const prompt = this.#open.get(id);
    if (!prompt) {
      return [];
    }
    switch (state) {
      case "started":
        prompt.isStarted = true;
        this.#isAsked = true;
        return [];
      case "completed":
        return this.#end(id, prompt.end ?? { outcome: "done" });
      case "cancelled":
        return this.#end(id, prompt.end ?? { outcome: "interrupted" });
      default:
        return [];
    }
  }

  turnEnded(end: TurnEnd): ConversationEvent[] {
    this.#isAsked = false;
    return this.#inTurn().flatMap((id) => {
      if (!this.#hasLifecycle) {
        return this.#end(id, end);
      }
      const prompt = this.#open.get(id);
      if (prompt) {
        prompt.end ??= end;
      }
      return [];
    });
  }

  /** Nothing more will come of them, though the CLI still tries. */
  fail(failure: Failure): ConversationEvent[] {
    return this.#inTurn().flatMap((id) =>
      this.#end(id, { outcome: "failed", failure }),
    );
  }

  processEnded(isStopped: boolean): ConversationEvent[] {
    const end: TurnEnd = isStopped
      ? { outcome: "interrupted" }
      : { outcome: "failed", failure: { kind: "process", message: null } };
    return [...this.#open].flatMap(([id, prompt]) =>
      this.#end(id, prompt.end ?? end),
    );
  }

  /** It is in the CLI's file. */
  seen(id: string): void {
    this.#lastSeen = id;
  }

  /** The last one of a file has ended otherwise than well. */
  lastEnded(end: TurnEnd): ConversationEvent[] {
    const id = this.#lastSeen;
    this.#lastSeen = undefined;
    return id === undefined ? [] : this.#end(id, end);
  }

  /** The prompts that the turn serves. */
  #inTurn(): string[] {
    return [...this.#open]
      .filter(
        ([, { isStarted, end }]) =>
          (isStarted || !this.#hasLifecycle) && end === undefined,
      )
      .map(([id]) => id);
  }

  #end(id: string, { outcome, failure }: TurnEnd): ConversationEvent[] {
    this.#open.delete(id);
    this.#ended.add(id);
    const why = failure && { failure };
    return [{ type: "promptEnded", id, outcome, ...why }];
  }
}

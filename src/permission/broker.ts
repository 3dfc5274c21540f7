import type { Clock } from "../base/clock";
import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type { Ask } from "../protocol/conversation";
import type { Decision } from "./stdioPrompt";

/** Where an answer was given. */
export type AnsweredBy = "chat" | "notification";

/** An ask with the conversation that it belongs to. */
export interface PendingAsk {
  ask: Ask;
  conversationId: string;
}

export interface ClosedAsk extends PendingAsk {
  /** void: the agent no longer waits, nobody answered. */
  outcome: Decision | "void";
  by: AnsweredBy | null;
  waitedMs: number;
}

/**
 * All asks that wait for an answer, across conversations. The first answer
 * wins and closes the ask everywhere; a late one changes nothing. No ask is
 * ever answered by time.
 */
export class PermissionBroker extends Disposable {
  readonly #onDidOpen = this.register(new Emitter<PendingAsk>());
  readonly onDidOpen = this.#onDidOpen.event;
  readonly #onDidClose = this.register(new Emitter<ClosedAsk>());
  readonly onDidClose = this.#onDidClose.event;
  readonly #pending = new Map<
    string,
    PendingAsk & { deliver: (decision: Decision) => void }
  >();

  constructor(private readonly deps: { clock: Clock }) {
    super();
  }

  get pending(): PendingAsk[] {
    return [...this.#pending.values()];
  }

  /** `deliver` takes the answer to the agent; it is called once at most. */
  open(
    conversationId: string,
    ask: Ask,
    deliver: (decision: Decision) => void,
  ): void {
    this.#pending.set(ask.id, { ask, conversationId, deliver });
    this.#onDidOpen.fire({ ask, conversationId });
  }

  /** False when nobody waits for this answer any more. */
  answer(id: string, decision: Decision, by: AnsweredBy): boolean {
    const pending = this.#take(id);
    if (!pending) {
      return false;
    }
    try {
      pending.deliver(decision);
    } finally {
      this.#closed(pending, decision, by);
    }
    return true;
  }

  /** The agent no longer waits for this answer. */
  withdraw(id: string): void {
    const pending = this.#take(id);
    if (pending) {
      this.#closed(pending, "void", null);
    }
  }

  /** The conversation's process is gone: none of its asks can be answered. */
  withdrawAll(conversationId: string): void {
    for (const { ask, conversationId: owner } of this.pending) {
      if (owner === conversationId) {
        this.withdraw(ask.id);
      }
    }
  }

  /** It waits no more from here on: whatever comes of an answer, there is no second one. */
  #take(id: string) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #closed(
    { ask, conversationId }: PendingAsk,
    outcome: ClosedAsk["outcome"],
    by: AnsweredBy | null,
  ): void {
    const waitedMs = Math.max(0, this.deps.clock.now() - ask.askedAt);
    this.#onDidClose.fire({ ask, conversationId, outcome, by, waitedMs });
  }
}

import type { Surroundings, ToWebview } from "../src/protocol/chatMessages";
import type { Conversation } from "../src/protocol/conversation";
import { applyEvent } from "../src/protocol/transcript";

/** All that the host has told; null until its first snapshot. */
export interface ChatState {
  conversation: Conversation;
  surroundings: Surroundings;
}

/** The state after one message. Pure; what did not change stays identical, which is what the components' memos look at. */
export function applyMessage(
  state: ChatState | null,
  body: ToWebview,
): ChatState | null {
  switch (body.type) {
    case "snapshot":
      return {
        conversation: body.conversation,
        surroundings: body.surroundings,
      };
    case "event": {
      const conversation = state && applyEvent(state.conversation, body.event);
      return state && conversation && conversation !== state.conversation
        ? { ...state, conversation }
        : state;
    }
    case "surroundings":
      return state && { ...state, surroundings: body.surroundings };
  }
}

/**
 * The state for React's useSyncExternalStore. Messages are applied at once but
 * shown once for each frame: a burst of deltas costs one rendering.
 */
export class ChatStore {
  readonly #beforePaint: (run: () => void) => void;
  readonly #listeners = new Set<() => void>();
  #applied: ChatState | null = null;
  #shown: ChatState | null = null;
  #isScheduled = false;

  constructor(beforePaint: (run: () => void) => void) {
    this.#beforePaint = beforePaint;
  }

  /** What React shows; behind `applied` by one frame at most. */
  readonly shown = (): ChatState | null => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get applied(): ChatState | null {
    return this.#applied;
  }

  apply(body: ToWebview): void {
    this.#applied = applyMessage(this.#applied, body);
    if (this.#applied !== this.#shown && !this.#isScheduled) {
      this.#isScheduled = true;
      this.#beforePaint(() => this.#show());
    }
  }

  #show(): void {
    this.#isScheduled = false;
    this.#shown = this.#applied;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

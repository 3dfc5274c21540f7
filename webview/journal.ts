import * as v from "valibot";
import {
  type Conversation,
  type QueuedPrompt,
  queuedPromptSchema,
} from "../src/protocol/conversation";
import { validate } from "../src/protocol/validate";

/** What the webview alone knows; VS Code keeps it over a reload of the window. */
const journalSchema = v.object({
  /** What is being typed. */
  draft: v.string(),
  /** Sent, and not yet seen in the conversation: lost if the host never got it. */
  unsent: v.array(queuedPromptSchema),
  /** Where the user has scrolled to; absent while he is at the end. */
  anchor: v.optional(
    v.object({
      conversationId: v.string(),
      itemId: v.string(),
      /** From the transcript's upper edge to the item's, in pixels. */
      offsetPx: v.number(),
    }),
  ),
});
export type JournalState = v.InferOutput<typeof journalSchema>;
export type ScrollAnchor = NonNullable<JournalState["anchor"]>;

export interface JournalDeps {
  getState(): unknown;
  setState(state: JournalState): void;
}

/**
 * Keeps what the user typed until the host is known to have it: the draft, and
 * prompts that were posted but have not come back as queued or sent. A prompt
 * that a reload overtook returns to the draft; it is never posted again by
 * itself, as the agent might then do it twice.
 */
export class Journal {
  readonly #deps: JournalDeps;
  readonly #listeners = new Set<() => void>();
  #state: JournalState;
  /** Posted before a reload; whether the host got them, its first snapshot tells. */
  #isFromBefore: boolean;

  constructor(deps: JournalDeps) {
    this.#deps = deps;
    this.#state = validate(journalSchema, deps.getState()) ?? {
      draft: "",
      unsent: [],
    };
    this.#isFromBefore = this.#state.unsent.length > 0;
  }

  readonly state = (): JournalState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  setDraft(draft: string): void {
    this.#set({ ...this.#state, draft });
  }

  /** Nobody shows it, so nobody is told. */
  setAnchor(anchor: ScrollAnchor | null): void {
    const { draft, unsent } = this.#state;
    this.#state = { draft, unsent, ...(anchor && { anchor }) };
    this.#deps.setState(this.#state);
  }

  /** The draft becomes a prompt on its way. */
  sent(prompt: QueuedPrompt): void {
    this.#set({
      ...this.#state,
      draft: "",
      unsent: [...this.#state.unsent, prompt],
    });
  }

  /** Forgets what the host has, after each of its messages. */
  reconcile({ queued, items }: Conversation): void {
    const waiting = this.#state.unsent;
    if (waiting.length === 0) {
      return;
    }
    const isHere = ({ id }: QueuedPrompt) =>
      queued.some((prompt) => prompt.id === id) ||
      items.some((item) => item.id === id);
    const unsent = waiting.filter((prompt) => !isHere(prompt));
    if (this.#isFromBefore) {
      this.#isFromBefore = false;
      this.#set({
        ...this.#state,
        draft: joined(unsent, this.#state.draft),
        unsent: [],
      });
    } else if (unsent.length < waiting.length) {
      this.#set({ ...this.#state, unsent });
    }
  }

  /** Puts a prompt that the host does not answer back into the draft. */
  takeBack(id: string): void {
    const { draft, unsent } = this.#state;
    this.#set({
      ...this.#state,
      draft: joined(
        unsent.filter((prompt) => prompt.id === id),
        draft,
      ),
      unsent: unsent.filter((prompt) => prompt.id !== id),
    });
  }

  #set(state: JournalState): void {
    this.#state = state;
    this.#deps.setState(state);
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

function joined(prompts: QueuedPrompt[], draft: string): string {
  return [...prompts.map((prompt) => prompt.text), draft]
    .filter((text) => text.length > 0)
    .join("\n\n");
}

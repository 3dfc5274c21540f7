import { createContext, useContext } from "react";
import type { Clock } from "../src/base/clock";
import type { ChatAction, FromWebview } from "../src/protocol/chatMessages";
import { Folds } from "./folds";
import type { Journal } from "./journal";

export interface ChatDeps {
  post(message: FromWebview): void;
  journal: Journal;
  clock: Clock;
  newId(): string;
}

/** What the user can do here; every button ends in one of these. */
export class Chat {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly folds = new Folds();
  readonly #deps: ChatDeps;

  constructor(deps: ChatDeps) {
    this.#deps = deps;
    this.clock = deps.clock;
    this.journal = deps.journal;
  }

  sendPrompt(text: string): void {
    const id = this.#deps.newId();
    // The journal first: what is posted into the void is not lost then.
    this.journal.sent({ id, text });
    this.#deps.post({ type: "sendPrompt", id, text });
  }

  removeQueued(id: string): void {
    this.#deps.post({ type: "removeQueued", id });
  }

  interrupt(): void {
    this.#deps.post({ type: "interrupt" });
  }

  answerAsk(id: string, decision: "allow" | "deny"): void {
    this.#deps.post({ type: "answerAsk", id, decision });
  }

  act(action: ChatAction): void {
    this.#deps.post({ type: "action", action });
  }
}

export const ChatContext = createContext<Chat | null>(null);

export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) {
    throw new Error("A component of the chat is rendered outside of it.");
  }
  return chat;
}

import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type {
  Activity,
  Conversation,
  ConversationEvent,
} from "../protocol/conversation";
import type { EngineState } from "../protocol/engine";
import { applyEvent } from "../protocol/transcript";

/** What a conversation looks like, and the events that change it: each is applied before it is told. */
export class ConversationState extends Disposable {
  readonly #onDidEvent = this.register(new Emitter<ConversationEvent>());
  readonly onDidEvent = this.#onDidEvent.event;
  #conversation: Conversation;

  constructor(
    conversation: Conversation,
    private readonly newId: () => string,
  ) {
    super();
    this.#conversation = conversation;
  }

  get conversation(): Conversation {
    return this.#conversation;
  }

  get activity(): Activity {
    return this.#conversation.activity;
  }

  get engine(): EngineState {
    return this.#conversation.engine;
  }

  emit(event: ConversationEvent): void {
    if (this.isDisposed) {
      return;
    }
    this.#conversation = applyEvent(this.#conversation, event);
    this.#onDidEvent.fire(event);
  }

  notify(tone: "info" | "warning" | "error", text: string): void {
    const id = this.newId();
    this.emit({ type: "item", item: { kind: "notice", id, tone, text } });
  }

  /** The foot of a turn that came to nothing. */
  turnInterrupted(): void {
    const id = this.newId();
    const nothing = { durationMs: null, costUsd: null, outputTokens: null };
    this.emit({
      type: "item",
      item: { kind: "turn", id, outcome: "interrupted", ...nothing },
    });
  }

  /** While an ask is open the agent does not run, it waits. */
  setActivity(wanted: Activity): void {
    const { activity: current, asks } = this.#conversation;
    const activity =
      wanted === "running" && asks.length > 0 ? "waiting" : wanted;
    if (activity !== current) {
      this.emit({ type: "activity", activity });
    }
  }

  setEngine(change: Partial<EngineState>): void {
    const engine = { ...this.engine, ...change };
    if (JSON.stringify(engine) !== JSON.stringify(this.engine)) {
      this.emit({ type: "engine", engine });
    }
  }
}

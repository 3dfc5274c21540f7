import type {
  Envelope,
  FromWebview,
  Surroundings,
  ToWebview,
} from "../../../src/protocol/chatMessages";
import type {
  Conversation,
  ConversationEvent,
} from "../../../src/protocol/conversation";
import {
  applyEvent,
  emptyConversation,
} from "../../../src/protocol/transcript";

export const ready: Surroundings = {
  readiness: { kind: "ready" },
  isDemo: false,
  signedInAs: null,
};

/** A host as the webview may find one: it keeps a few messages only, and says hello to everyone. */
export class ModelHost {
  conversation: Conversation = emptyConversation("c", "/work");
  surroundings = ready;
  #epoch = 0;
  #seq = 0;
  #kept: Envelope[] = [];

  constructor(
    private readonly post: (envelope: Envelope) => void,
    private readonly options: {
      keeps: number;
      /** Whether a snapshot is a message of its own, or stands for the last one. */
      isSnapshotNumbered: boolean;
    },
  ) {}

  emit(event: ConversationEvent): void {
    this.conversation = applyEvent(this.conversation, event);
    this.#send({ type: "event", event });
  }

  /** The window was reloaded: the state is restored, the numbering is not. */
  restart(): void {
    this.#epoch += 1;
    this.#seq = 0;
    this.#kept = [];
  }

  receive(message: FromWebview): void {
    if (message.type === "ack" && message.epoch === this.#name) {
      this.#kept = this.#kept.filter(({ seq }) => seq > message.seq);
    } else if (message.type === "hello") {
      this.#hello(message.last);
    }
  }

  get #name(): string {
    return `epoch ${this.#epoch}`;
  }

  #hello(last: { epoch: string; seq: number } | null): void {
    const first = this.#kept[0]?.seq ?? this.#seq + 1;
    if (last?.epoch === this.#name && last.seq + 1 >= first) {
      this.#kept.filter(({ seq }) => seq > last.seq).forEach(this.post);
      return;
    }
    const { conversation, surroundings } = this;
    const body: ToWebview = { type: "snapshot", conversation, surroundings };
    if (this.options.isSnapshotNumbered) {
      this.#send(body);
    } else {
      this.post({ epoch: this.#name, seq: this.#seq, body });
    }
  }

  #send(body: ToWebview): void {
    this.#seq += 1;
    const envelope = { epoch: this.#name, seq: this.#seq, body };
    this.#kept = [...this.#kept, envelope].slice(-this.options.keeps);
    this.post(envelope);
  }
}

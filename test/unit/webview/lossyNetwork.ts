import { Emitter } from "../../../src/base/event";
import type { Envelope, FromWebview } from "../../../src/protocol/chatMessages";
import type {
  Conversation,
  ConversationEvent,
} from "../../../src/protocol/conversation";
import { Connection } from "../../../webview/connection";
import { ChatStore } from "../../../webview/store";
import { FakeClock } from "../../fakes/fakeClock";

export interface Host {
  readonly conversation: Conversation;
  emit(event: ConversationEvent): void;
  receive(message: FromWebview): void;
  restart(): void;
}

/** What may happen between host and webview; `pick` chooses among the messages under way. */
export type Step =
  | { do: "emit" }
  | {
      do: "toWebview" | "toHost";
      how: "deliver" | "drop" | "repeat";
      pick: number;
    }
  | { do: "reloadWebview" | "restartHost" | "wait" };

/** One host and one webview, and a network between them that does what it likes. */
export class LossyNetwork {
  readonly #clock = new FakeClock();
  readonly #toWebview: Envelope[] = [];
  readonly #toHost: FromWebview[] = [];
  readonly #host: Host;
  #incoming = new Emitter<unknown>();
  #connection: Connection;
  #store = new ChatStore((run) => run());
  #emitted = 0;

  constructor(makeHost: (post: (envelope: Envelope) => void) => Host) {
    this.#host = makeHost((envelope) => this.#toWebview.push(envelope));
    this.#connection = this.#openWebview();
  }

  get hostState(): Conversation {
    return this.#host.conversation;
  }

  get webviewState(): Conversation | undefined {
    return this.#store.applied?.conversation;
  }

  async run(step: Step): Promise<void> {
    switch (step.do) {
      case "emit":
        this.#emit();
        break;
      case "toWebview":
        carry(this.#toWebview, step, (envelope) =>
          this.#incoming.fire(envelope),
        );
        break;
      case "toHost":
        carry(this.#toHost, step, (message) => this.#host.receive(message));
        break;
      case "reloadWebview":
        this.#connection.dispose();
        this.#connection = this.#openWebview();
        break;
      case "restartHost":
        this.#host.restart();
        break;
      case "wait":
        await this.#clock.advance(700);
    }
  }

  /** The network behaves from now on; one more event shows what had been lost at the very end. */
  async settle(): Promise<void> {
    this.#emit();
    for (let round = 0; round < 8; round++) {
      this.#deliverAll();
      await this.#clock.advance(16_000);
    }
  }

  dispose(): void {
    this.#connection.dispose();
  }

  #openWebview(): Connection {
    this.#incoming = new Emitter();
    this.#store = new ChatStore((run) => run());
    const connection = new Connection({
      post: (message) => this.#toHost.push(message),
      onMessage: this.#incoming.event,
      clock: this.#clock,
      warn: (message) => {
        throw new Error(message);
      },
      apply: (body) => this.#store.apply(body),
    });
    connection.start();
    return connection;
  }

  /** Every event says something else in the same text: one that is lost, doubled or moved shows. */
  #emit(): void {
    this.#emitted += 1;
    const text = `${this.#emitted} `;
    this.#host.emit({ type: "delta", id: "t", kind: "text", text });
  }

  #deliverAll(): void {
    const first = { how: "deliver", pick: 0 } as const;
    while (this.#toWebview.length + this.#toHost.length > 0) {
      carry(this.#toWebview, first, (envelope) =>
        this.#incoming.fire(envelope),
      );
      carry(this.#toHost, first, (message) => this.#host.receive(message));
    }
  }
}

function carry<T>(
  underWay: T[],
  { how, pick }: { how: "deliver" | "drop" | "repeat"; pick: number },
  deliver: (message: T) => void,
): void {
  const index = underWay.length === 0 ? -1 : pick % underWay.length;
  const message = underWay[index];
  if (message === undefined) {
    return;
  }
  if (how !== "repeat") {
    underWay.splice(index, 1);
  }
  if (how !== "drop") {
    deliver(message);
  }
}

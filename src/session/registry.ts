import { Emitter } from "../base/event";
import { Disposable, DisposableStore } from "../base/lifecycle";
import type { PermissionBroker } from "../permission/broker";
import { Session, type SessionDeps } from "./session";

export interface RegistryDeps {
  broker: PermissionBroker;
  newId(): string;
  /** What a new conversation in `folder` needs. */
  sessionDeps(folder: string): SessionDeps;
}

/** All conversations of this window, and which of them the chat shows. */
export class SessionRegistry extends Disposable {
  readonly #onDidChangeCurrent = this.register(new Emitter<Session>());
  readonly onDidChangeCurrent = this.#onDidChangeCurrent.event;
  readonly #sessions = new Map<string, Session>();
  #current: Session | undefined;

  constructor(private readonly deps: RegistryDeps) {
    super();
    const asks = this.register(new DisposableStore());
    asks.add(
      deps.broker.onDidOpen(({ ask, conversationId }) =>
        this.get(conversationId)?.askChanged({ type: "askOpened", ask }),
      ),
    );
    asks.add(
      deps.broker.onDidClose(({ ask, conversationId, outcome, by }) =>
        this.get(conversationId)?.askChanged({
          type: "askClosed",
          id: ask.id,
          outcome,
          by,
        }),
      ),
    );
  }

  get current(): Session | undefined {
    return this.#current;
  }

  get all(): Session[] {
    return [...this.#sessions.values()];
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Makes a conversation and shows it. Those before it go on. */
  create(folder: string): Session {
    const session = this.register(
      new Session(this.deps.sessionDeps(folder), this.deps.newId(), folder),
    );
    this.#sessions.set(session.id, session);
    this.show(session);
    return session;
  }

  show(session: Session): void {
    this.#current = session;
    this.#onDidChangeCurrent.fire(session);
  }

  /** Ends every process, and waits for their ends. */
  async stop(): Promise<void> {
    await Promise.all(this.all.map((one) => one.stop()));
  }
}

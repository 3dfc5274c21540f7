import type { Clock } from "../base/clock";
import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import {
  type CliStart,
  defaultOptions,
  type StartOptions,
} from "../cli/arguments";
import type { CliHandle } from "../cli/cliProcess";
import type { PermissionBroker } from "../permission/broker";
import type { ConversationEvent } from "../protocol/conversation";
import type { ConversationStorage } from "./conversationFiles";
import type { IdleSetting } from "./idleTimer";
import { Session, type SessionSeed } from "./session";
import type { Locks } from "./sessionLocks";
import type { SessionOrigin } from "./sessionProcess";
import { WarmSpare } from "./warmSpare";

export interface RegistryDeps {
  broker: PermissionBroker;
  locks: Locks;
  storage: ConversationStorage;
  idle: IdleSetting;
  clock: Clock;
  log: Logger;
  newId: () => string;
  /** What the CLI's hooks report; must return at once. */
  onHook(payload: unknown): void;
  /** Whatever happens in a conversation. */
  onEvent(event: ConversationEvent, session: Session): void;
  /** Starts the CLI; throws with a sentence for the user when it cannot. */
  startCli: (start: CliStart) => Promise<CliHandle>;
}

/** Their events change what is kept for after a reload. */
const keptEvents: ReadonlySet<ConversationEvent["type"]> = new Set([
  "promptQueued",
  "promptRemoved",
  "promptEdited",
  "promptMoved",
  "promptSent",
  "engine",
]);

/** All conversations of this window, which of them the chat shows, and a process for the next one. */
export class SessionRegistry extends Disposable {
  readonly #onDidChangeCurrent = this.register(new Emitter<Session>());
  readonly onDidChangeCurrent = this.#onDidChangeCurrent.event;
  readonly #sessions = new Map<string, Session>();
  readonly #spare: WarmSpare;
  #current: Session | undefined;

  constructor(private readonly deps: RegistryDeps) {
    super();
    const { broker, locks, startCli } = deps;
    this.#spare = this.register(new WarmSpare({ ...deps, launch: startCli }));
    this.register(
      broker.onDidOpen(({ ask, conversationId }) =>
        this.get(conversationId)?.askChanged({ type: "askOpened", ask }),
      ),
    );
    this.register(
      broker.onDidClose(({ ask, conversationId, outcome, by }) =>
        this.get(conversationId)?.askChanged({
          type: "askClosed",
          id: ask.id,
          outcome,
          by,
        }),
      ),
    );
    this.register(
      locks.onDidWant((sessionId) => void this.#bySession(sessionId)?.letGo()),
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
  create(folder: string, options: Partial<StartOptions> = {}): Session {
    return this.#show({
      id: this.deps.newId(),
      options: { ...defaultOptions(folder), ...options },
    });
  }

  /**
   * Shows a conversation that the CLI has stored, or a copy of one (`fork`). A
   * stored one that is here already is shown as it is: it has one process at most.
   */
  open(
    origin: SessionOrigin,
    folder: string,
    more: { title?: string; options?: Partial<StartOptions> } = {},
  ): Session {
    const known =
      origin.kind === "stored" ? this.#bySession(origin.id) : undefined;
    if (known) {
      this.show(known);
      return known;
    }
    const { title } = more;
    const options = { ...defaultOptions(folder), ...more.options };
    return this.#show({ id: this.deps.newId(), options, origin, title });
  }

  show(session: Session): void {
    this.#current = session;
    this.#onDidChangeCurrent.fire(session);
  }

  /** Brings back those that had prompts in their queues when the window was closed. */
  async restore(): Promise<Session[]> {
    const seeds = await this.deps.storage.load();
    return seeds
      .filter(({ id }) => !this.#sessions.has(id) && !this.isDisposed)
      .map((seed) => this.#add(seed));
  }

  /** Starts a process in advance, for a conversation that may soon begin; one at most. */
  prewarm(folder: string, options: Partial<StartOptions> = {}): void {
    this.#spare.prewarm({ ...defaultOptions(folder), ...options });
  }

  /** Ends every process, and waits for their ends. */
  async stop(): Promise<void> {
    const sessions = this.all.map((one) => one.stop());
    await Promise.all([...sessions, this.#spare.stop()]);
    await this.deps.storage.flush();
  }

  #show(seed: SessionSeed): Session {
    const session = this.#add(seed);
    this.show(session);
    return session;
  }

  #add(seed: SessionSeed): Session {
    const takeSpare = (options: StartOptions) => this.#spare.take(options);
    const session = this.register(
      new Session({ ...this.deps, takeSpare }, seed),
    );
    this.#sessions.set(session.id, session);
    this.register(
      session.onDidEvent((event) => {
        this.deps.onEvent(event, session);
        if (keptEvents.has(event.type)) {
          this.deps.storage.save(session.seed);
        }
      }),
    );
    return session;
  }

  #bySession(sessionId: string): Session | undefined {
    return this.all.find(({ cliSessionId }) => cliSessionId === sessionId);
  }
}

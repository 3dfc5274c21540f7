import { randomUUID } from "node:crypto";
import type { Clock } from "../../src/base/clock";
import { Emitter } from "../../src/base/event";
import { nullLogger } from "../../src/base/log";
import type { CliStart } from "../../src/cli/arguments";
import type { CliProcess } from "../../src/cli/cliProcess";
import { type ClosedAsk, PermissionBroker } from "../../src/permission/broker";
import type {
  Activity,
  ConversationEvent,
  TranscriptItem,
} from "../../src/protocol/conversation";
import type { PromptOutcome } from "../../src/protocol/items";
import type { ConversationStorage } from "../../src/session/conversationFiles";
import type { IdleSetting } from "../../src/session/idleTimer";
import { SessionRegistry } from "../../src/session/registry";
import type { Session, SessionSeed } from "../../src/session/session";
import { SessionLocks } from "../../src/session/sessionLocks";
import { eventually } from "./eventually";

/** What is kept for after a reload, in memory. */
class KeptConversations implements ConversationStorage {
  readonly seeds = new Map<string, SessionSeed>();

  load(): Promise<SessionSeed[]> {
    return Promise.resolve([...this.seeds.values()]);
  }

  save(seed: SessionSeed): void {
    this.seeds.set(seed.id, seed);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}

/** `failproof.session.idleMinutes`, never unless a test sets it. */
export class FakeIdleSetting implements IdleSetting {
  readonly #onDidChange = new Emitter<void>();
  readonly onDidChange = this.#onDidChange.event;
  #minutes = 0;

  minutes(): number {
    return this.#minutes;
  }

  set(minutes: number): void {
    this.#minutes = minutes;
    this.#onDidChange.fire();
  }
}

interface ConversationDeps {
  clock: Clock;
  folder: string;
  newId: () => string;
  startCli: (start: CliStart) => Promise<CliProcess>;
}

/** One conversation with the real registry and broker, and words to test it with. */
export class ConversationHarness {
  readonly broker: PermissionBroker;
  readonly registry: SessionRegistry;
  readonly session: Session;
  readonly closedAsks: ClosedAsk[] = [];
  readonly hooks: unknown[] = [];
  readonly events: ConversationEvent[] = [];
  readonly idle = new FakeIdleSetting();
  readonly kept = new KeptConversations();
  readonly locks: SessionLocks;

  constructor({ clock, folder, newId, startCli }: ConversationDeps) {
    const broker = new PermissionBroker({ clock });
    this.broker = broker;
    this.broker.onDidClose((closed) => this.closedAsks.push(closed));
    const bus = { publish: () => Promise.resolve(true), onDidReceive: noEvent };
    this.locks = new SessionLocks({ key: randomUUID(), bus, clock });
    this.registry = new SessionRegistry({
      ...{ broker, clock, newId, startCli, locks: this.locks },
      log: nullLogger,
      idle: this.idle,
      storage: this.kept,
      onHook: (payload) => this.hooks.push(payload),
      onEvent: () => {},
    });
    this.session = this.registry.create(folder);
    this.session.onDidEvent((event) => this.events.push(event));
  }

  /** The conversation's items as short words, in their order. */
  get transcript(): string[] {
    return this.session.conversation.items.map(brief);
  }

  /** The ends of the prompts that were queued, in their order. */
  get ends(): PromptEnd[] {
    return this.events.flatMap((event) => endOf(event) ?? []);
  }

  /** How the prompts of the transcript have ended. */
  get outcomes(): string[] {
    return this.session.conversation.items.flatMap((item) =>
      item.kind === "prompt" ? (item.outcome ?? "open") : [],
    );
  }

  get notices(): string[] {
    return this.session.conversation.items.flatMap((item) =>
      item.kind === "notice" ? item.text : [],
    );
  }

  get queued(): string[] {
    return this.session.conversation.queued.map(({ id }) => id);
  }

  get activities(): Activity[] {
    return this.events.flatMap((event) =>
      event.type === "activity" ? event.activity : [],
    );
  }

  async reach(activity: Activity): Promise<void> {
    await eventually(
      () => this.session.conversation.activity === activity,
      `the conversation is ${activity}`,
    );
  }

  /** It has answered everything that was sent. */
  async settle(): Promise<void> {
    await eventually(
      () =>
        this.queued.length === 0 &&
        this.session.conversation.activity === "idle",
      "every prompt is answered",
    );
  }

  dispose(): void {
    this.registry.dispose();
    this.locks.dispose();
    this.broker.dispose();
  }
}

interface PromptEnd {
  id: string;
  outcome: PromptOutcome | "removed";
}

/** The end of a prompt, if the event tells of one. */
export function endOf(event: ConversationEvent): PromptEnd | undefined {
  switch (event.type) {
    case "promptEnded":
      return { id: event.id, outcome: event.outcome };
    case "promptRemoved":
      return { id: event.id, outcome: "removed" };
    default:
      return undefined;
  }
}

const noEvent = () => ({ dispose: () => {} });

function brief(item: TranscriptItem): string {
  switch (item.kind) {
    case "turn":
      return `(${item.outcome})`;
    case "notice":
      return `${item.tone}: ${item.text}`;
    case "tool":
      return `${item.name} ${item.status}`;
    case "hook":
    case "compaction":
      return `${item.kind} ${item.status}`;
    default:
      return `${item.kind}: ${item.text}`;
  }
}

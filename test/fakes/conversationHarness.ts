import type { Clock } from "../../src/base/clock";
import { nullLogger } from "../../src/base/log";
import type { CliStart } from "../../src/cli/arguments";
import type { CliProcess } from "../../src/cli/cliProcess";
import { type ClosedAsk, PermissionBroker } from "../../src/permission/broker";
import type {
  Activity,
  ConversationEvent,
  TranscriptItem,
} from "../../src/protocol/conversation";
import { SessionRegistry } from "../../src/session/registry";
import type { Session } from "../../src/session/session";
import { eventually } from "./eventually";

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

  constructor({ clock, folder, newId, startCli }: ConversationDeps) {
    const broker = new PermissionBroker({ clock });
    this.broker = broker;
    this.broker.onDidClose((closed) => this.closedAsks.push(closed));
    this.registry = new SessionRegistry({
      broker,
      newId,
      sessionDeps: () => ({
        broker,
        clock,
        log: nullLogger,
        newId,
        onHook: (payload) => this.hooks.push(payload),
        startCli,
      }),
    });
    this.session = this.registry.create(folder);
    this.session.onDidEvent((event) => this.events.push(event));
  }

  /** The conversation's items as short words, in their order. */
  get transcript(): string[] {
    return this.session.conversation.items.map(brief);
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
    this.broker.dispose();
  }
}

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

import assert from "node:assert/strict";
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
import { FakeClock } from "./fakeClock";
import { type RunScript, ScriptedCli } from "./scriptedCli";

/** One conversation on the scripted CLI, with the real registry and broker; time stands still. */
export class SessionHarness {
  readonly clock = new FakeClock();
  readonly cli: ScriptedCli;
  readonly broker = new PermissionBroker({ clock: this.clock });
  readonly closedAsks: ClosedAsk[] = [];
  readonly hooks: unknown[] = [];
  readonly events: ConversationEvent[] = [];
  readonly registry: SessionRegistry;
  readonly session: Session;
  /** A test may put itself before the start of the CLI. */
  beforeStart: (start: CliStart) => Promise<void> = () => Promise.resolve();
  #ids = 0;

  constructor(path: string, scripts: RunScript[]) {
    this.cli = new ScriptedCli(path, this.clock, scripts);
    this.broker.onDidClose((closed) => this.closedAsks.push(closed));
    const newId = () => `id-${++this.#ids}`;
    this.registry = new SessionRegistry({
      broker: this.broker,
      newId,
      sessionDeps: () => ({
        broker: this.broker,
        clock: this.clock,
        log: nullLogger,
        newId,
        onHook: (payload) => this.hooks.push(payload),
        startCli: (start) => this.#start(start),
      }),
    });
    this.session = this.registry.create("/workspace");
    this.session.onDidEvent((event) => this.events.push(event));
  }

  async #start(start: CliStart): Promise<CliProcess> {
    await this.beforeStart(start);
    return this.cli.start(start);
  }

  /** The conversation's items as short words, in their order. */
  get transcript(): string[] {
    return this.session.conversation.items.map(brief);
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

  /** Sends prompts whose ids are their texts. */
  send(...prompts: string[]): void {
    for (const prompt of prompts) {
      this.session.send(prompt, prompt);
    }
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

  async ended(run = 0): Promise<void> {
    await this.cli.processes[run]?.ended;
    await this.reach("ended");
  }

  async remove(): Promise<void> {
    this.registry.dispose();
    this.broker.dispose();
    await this.cli.remove();
    assert.equal(this.clock.pending, 0, "Timers that were left");
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
    default:
      return `${item.kind}: ${item.text}`;
  }
}

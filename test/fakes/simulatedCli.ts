import { Emitter } from "../../src/base/event";
import { Disposable } from "../../src/base/lifecycle";
import type { CliStart } from "../../src/cli/arguments";
import type {
  CliEnd,
  CliHandle,
  PromptLine,
  RequestOutcome,
} from "../../src/cli/cliProcess";
import { type KnownLine, parseWireLine } from "../../src/cli/wire";
import type { CliFacts } from "../../src/protocol/engine";

/** What all processes of a test have done, for the test to look at. */
export interface SimulatedWorld {
  /** Ids of prompts, each time that an agent has begun with one. */
  started: string[];
  completed: string[];
  /** Sessions that the CLI has on disk. */
  sessions: Set<string>;
  processes: SimulatedCli[];
}

const facts: CliFacts = {
  version: null,
  commands: [],
  models: [],
  account: { kind: "unknown" },
};

/**
 * A CLI without a process, as cli-protocol describes it, that does one thing
 * at a time when it is told to: so a test can put anything between any two
 * of its lines.
 */
export class SimulatedCli extends Disposable implements CliHandle {
  readonly #onLine = this.register(new Emitter<KnownLine>());
  readonly onLine = this.#onLine.event;
  readonly #onReady = this.register(new Emitter<CliFacts>());
  readonly onReady = this.#onReady.event;
  readonly ended: Promise<CliEnd>;
  #end: (end: CliEnd) => void = () => {};
  #unread: PromptLine[] = [];
  #queued: PromptLine[] = [];
  #turn: PromptLine[] = [];
  #interrupts = 0;
  isAlive = true;
  /** Hears neither requests nor signals any more, but for SIGKILL. */
  isDeaf = false;
  facts: CliFacts | undefined;
  readonly pid = undefined;

  constructor(
    private readonly world: SimulatedWorld,
    readonly start: CliStart,
  ) {
    super();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.register({ dispose: () => this.die("SIGKILL") });
    world.processes.push(this);
  }

  /** The next thing that it would do. `choice` decides where there is a choice. */
  step(choice: number): void {
    if (!this.isAlive || this.isDeaf) {
      return;
    }
    if (!this.facts) {
      this.#greet();
    } else if (this.#unread.length > 0) {
      const prompt = this.#unread.shift()!;
      this.#queued.push(prompt);
      this.#lifecycle(prompt, "queued");
    } else if (this.#interrupts > 0) {
      this.#obeyInterrupt();
    } else if (this.#turn.length === 0) {
      this.#beginTurn(1);
    } else if (choice === 0) {
      // Between two tools what is queued takes part in the turn.
      this.#beginTurn(this.#queued.length);
    } else if (choice === 1) {
      this.#say({ type: "control_cancel_request", request_id: "none" });
    } else {
      this.#endTurn("completed");
    }
  }

  die(signal: NodeJS.Signals | null): void {
    if (this.isAlive) {
      this.isAlive = false;
      const code = signal === null ? 0 : null;
      this.#end({ code, signal, error: null, stderrTail: "" });
    }
  }

  sendPrompt(prompt: PromptLine): boolean {
    if (this.isAlive) {
      this.#unread.push(prompt);
    }
    return this.isAlive;
  }

  interrupt(): void {
    this.#interrupts += 1;
  }

  request(request: Record<string, unknown>): Promise<RequestOutcome> {
    const { subtype, message_uuid: id } = request;
    if (subtype === "cancel_async_message" && !this.isDeaf && this.isAlive) {
      const prompt = this.#queued.find((one) => one.id === id);
      this.#queued = this.#queued.filter((one) => one !== prompt);
      if (prompt) {
        this.#lifecycle(prompt, "cancelled");
      }
    }
    return Promise.resolve({ kind: "done", response: {} });
  }

  respond(): boolean {
    return this.isAlive;
  }

  refuse(): boolean {
    return this.isAlive;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.isDeaf || signal === "SIGKILL") {
      this.die(signal);
    }
  }

  abandonOutput(): void {
    // Nobody holds it.
  }

  async stop(): Promise<void> {
    this.die(null);
    await this.ended;
    this.dispose();
  }

  #greet(): void {
    const { session } = this.start;
    if (session.kind === "resume" && !this.world.sessions.has(session.id)) {
      this.#say({ type: "result", subtype: "error", is_error: true });
      this.die(null);
      return;
    }
    this.facts = facts;
    this.#onReady.fire(facts);
  }

  #beginTurn(count: number): void {
    const isFirst = this.#turn.length === 0;
    const prompts = this.#queued.splice(0, count);
    for (const prompt of prompts) {
      this.#turn.push(prompt);
      this.world.started.push(prompt.id);
      this.#lifecycle(prompt, "started");
    }
    if (isFirst && prompts.length > 0) {
      const { id } = this.start.session;
      this.world.sessions.add(id);
      this.#say({ type: "system", subtype: "init", session_id: id });
    }
  }

  #obeyInterrupt(): void {
    this.#interrupts = 0;
    for (const prompt of this.#queued.splice(0)) {
      this.#lifecycle(prompt, "cancelled");
    }
    if (this.#turn.length > 0) {
      this.#endTurn("cancelled");
    }
  }

  #endTurn(state: "completed" | "cancelled"): void {
    const [first, ...folded] = this.#turn.splice(0);
    const wasCancelled = state === "cancelled";
    for (const prompt of folded) {
      this.#lifecycle(prompt, state);
    }
    this.#say({
      type: "result",
      subtype: wasCancelled ? "error_during_execution" : "success",
      is_error: wasCancelled,
      terminal_reason: wasCancelled ? "aborted_tools" : "completed",
    });
    this.#lifecycle(first!, state);
  }

  #lifecycle({ id }: PromptLine, state: string): void {
    if (state === "completed") {
      this.world.completed.push(id);
    }
    this.#say({ type: "command_lifecycle", command_uuid: id, state });
  }

  #say(line: Record<string, unknown>): void {
    this.#onLine.fire(parseLine(line));
  }
}

/** As it would have come over the wire. */
function parseLine(line: Record<string, unknown>): KnownLine {
  const known = parseWireLine(JSON.stringify(line));
  if (known.type === "unknown") {
    throw new Error(`No line of the CLI's: ${JSON.stringify(line)}`);
  }
  return known;
}

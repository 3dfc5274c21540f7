import { messageOf } from "../base/errors";
import type { Clock } from "../base/clock";
import { Emitter } from "../base/event";
import { Disposable, DisposableStore } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { CliEnd, CliProcess } from "../cli/cliProcess";
import type { CliStart } from "../cli/arguments";
import type { ControlRequest, KnownLine } from "../cli/wire";
import type { PermissionBroker } from "../permission/broker";
import { askOf, stdioResponse } from "../permission/stdioPrompt";
import type { Conversation, ConversationEvent } from "../protocol/conversation";
import { applyEvent, emptyConversation } from "../protocol/transcript";
import { StopLadder } from "./stopLadder";
import { Translator } from "./translate";

export interface SessionDeps {
  /** Starts the CLI in the conversation's folder; throws AppError when it cannot. */
  startCli(start: CliStart): Promise<CliProcess>;
  broker: PermissionBroker;
  clock: Clock;
  log: Logger;
  newId(): string;
  /** What the CLI's hooks report; must return at once. */
  onHook(payload: unknown): void;
}

/**
 * One conversation and its one CLI process. It owns the order of the prompts
 * (one in flight, the others wait here and not in the CLI), knows when the
 * agent is busy from the protocol alone, and outlives its process: the next
 * prompt starts another that resumes the conversation.
 */
export class Session extends Disposable {
  readonly #onDidEvent = this.register(new Emitter<ConversationEvent>());
  /** Every change of the conversation; already applied to `conversation`. */
  readonly onDidEvent = this.#onDidEvent.event;
  readonly #stopLadder: StopLadder;
  #conversation: Conversation;
  #cli: CliProcess | undefined;
  #starting: Promise<CliProcess | undefined> | undefined;
  #translator = new Translator("p0", "");
  #starts = 0;
  /** The prompt that the CLI works on; its end is told by `command_lifecycle`. */
  #inFlight: string | undefined;
  #hasLifecycle = false;
  /** The CLI's session; it can be resumed once the CLI has said that it exists. */
  #sessionId = "";
  #isResumable = false;
  /** The process has said something: it is worth another try when it ends. */
  #isHealthy = false;

  constructor(
    private readonly deps: SessionDeps,
    readonly id: string,
    folder: string,
  ) {
    super();
    this.#conversation = emptyConversation(id, folder);
    this.#stopLadder = this.register(new StopLadder(deps.clock));
  }

  get conversation(): Conversation {
    return this.#conversation;
  }

  /** What its events are known by at the server. */
  get cliSessionId(): string {
    return this.#sessionId;
  }

  /** Puts a prompt at the end of the queue; the same id counts once. */
  send(promptId: string, text: string): void {
    const { queued, items } = this.#conversation;
    if ([...queued, ...items].some(({ id }) => id === promptId)) {
      return;
    }
    this.#emit({ type: "promptQueued", prompt: { id: promptId, text } });
    void this.#pump();
  }

  removeQueued(promptId: string): void {
    this.#emit({ type: "promptRemoved", id: promptId });
  }

  /** Stops the turn; whatever it takes, the conversation takes the next prompt. */
  interrupt(): void {
    const cli = this.#cli;
    if (cli && this.#inFlight !== undefined) {
      this.#emit({ type: "activity", activity: "stopping" });
      this.#stopLadder.climb(cli);
    }
  }

  /** Ends the process, if there is one, and waits for its end. */
  async stop(): Promise<void> {
    const cli = this.#cli ?? (await this.#starting);
    await cli?.stop();
  }

  async #pump(): Promise<void> {
    const next = this.#conversation.queued[0];
    if (!next || this.#inFlight !== undefined || this.#starting) {
      return;
    }
    const cli = this.#cli ?? (await this.#start());
    if (!cli) {
      return;
    }
    if (!this.#conversation.queued.some(({ id }) => id === next.id)) {
      // It was taken back while the process started.
      this.#emit({ type: "activity", activity: "idle" });
      return this.#pump();
    }
    if (!cli.sendPrompt(next.id, next.text)) {
      // The process is ending: its end is about to be told, the prompt waits.
      return;
    }
    this.#inFlight = next.id;
    this.#emit({ type: "promptSent", id: next.id, at: this.deps.clock.now() });
    this.#emit({ type: "activity", activity: "running" });
  }

  #start(): Promise<CliProcess | undefined> {
    this.#starting ??= this.#startCli().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #startCli(): Promise<CliProcess | undefined> {
    this.#emit({ type: "activity", activity: "starting" });
    const kind = this.#isResumable ? "resume" : "new";
    if (!this.#isResumable) {
      // An id that the CLI has seen cannot be given to a new session again.
      this.#sessionId = this.deps.newId();
    }
    let cli: CliProcess;
    try {
      cli = await this.deps.startCli({
        session: { kind, id: this.#sessionId },
      });
    } catch (error) {
      this.#emit({ type: "activity", activity: "ended" });
      this.#notify("error", messageOf(error));
      return undefined;
    }
    if (this.isDisposed) {
      await cli.stop();
      return undefined;
    }
    this.#own(cli);
    return cli;
  }

  #own(cli: CliProcess): void {
    this.#cli = cli;
    this.#starts += 1;
    this.#translator = new Translator(
      `p${this.#starts}`,
      this.#conversation.folder,
    );
    this.#hasLifecycle = false;
    this.#isHealthy = false;
    const listeners = this.register(new DisposableStore());
    listeners.add(cli.onLine((line) => this.#take(cli, line)));
    void cli.ended.then((end) => {
      listeners.dispose();
      this.#processEnded(cli, end);
    });
  }

  #take(cli: CliProcess, line: KnownLine): void {
    this.#isHealthy = true;
    for (const event of this.#translator.translate(
      line,
      this.deps.clock.now(),
    )) {
      this.#emit(event);
    }
    switch (line.type) {
      case "system":
        this.#isResumable ||= line.subtype === "init";
        break;
      case "control_request":
        this.#takeRequest(cli, line);
        break;
      case "control_cancel_request":
        this.deps.broker.withdraw(line.request_id);
        break;
      case "command_lifecycle":
        this.#hasLifecycle = true;
        if (
          line.command_uuid === this.#inFlight &&
          (line.state === "completed" || line.state === "cancelled")
        ) {
          this.#turnEnded();
        }
        break;
      case "result":
        // A CLI that reports no lifecycle: the result is all there is to go by.
        if (!this.#hasLifecycle) {
          this.#turnEnded();
        }
        break;
      default:
        break;
    }
  }

  #takeRequest(cli: CliProcess, { request, request_id }: ControlRequest): void {
    switch (request.subtype) {
      case "can_use_tool": {
        const { folder } = this.#conversation;
        const now = this.deps.clock.now();
        const ask = askOf(request_id, request, folder, now);
        this.deps.broker.open(this.id, ask, (decision) => {
          cli.respond(request_id, stdioResponse(decision, request.input));
        });
        break;
      }
      case "hook_callback":
        // Answered before anything is done with it: the agent waits for this.
        cli.respond(request_id, {});
        this.deps.onHook(request.input);
        break;
      case "other":
        cli.refuse(request_id, `Not supported: ${request.name}`);
        break;
    }
  }

  /** The broker's news about this conversation's asks, told by the registry. */
  askChanged(event: ConversationEvent): void {
    this.#emit(event);
    const isWaiting = this.#conversation.asks.length > 0;
    const { activity } = this.#conversation;
    if (isWaiting && activity === "running") {
      this.#emit({ type: "activity", activity: "waiting" });
    } else if (!isWaiting && activity === "waiting") {
      this.#emit({ type: "activity", activity: "running" });
    }
  }

  #turnEnded(): void {
    this.#inFlight = undefined;
    this.#stopLadder.reached();
    this.#emit({ type: "activity", activity: "idle" });
    void this.#pump();
  }

  #processEnded(cli: CliProcess, end: CliEnd): void {
    cli.dispose();
    if (this.#cli !== cli || this.isDisposed) {
      return;
    }
    const wasStopping = this.#conversation.activity === "stopping";
    const wasBusy = this.#inFlight !== undefined;
    this.#cli = undefined;
    this.#inFlight = undefined;
    this.#stopLadder.reached();
    this.deps.broker.withdrawAll(this.id);
    for (const event of this.#translator.processEnded(this.deps.clock.now())) {
      this.#emit(event);
    }
    this.#emit({ type: "activity", activity: "ended" });
    this.deps.log.info(`The CLI ended: ${describeEnd(end)}. ${end.stderrTail}`);
    if (wasStopping) {
      this.#notify(
        "info",
        "Stopped. Claude had to be ended for it; your next prompt resumes the conversation.",
      );
    } else if (wasBusy || !this.#isHealthy) {
      this.#notify("error", endSentence(end));
    } else {
      // It ended while it was idle: what waits is not its fault.
      void this.#pump();
    }
  }

  #notify(tone: "info" | "error", text: string): void {
    const id = this.deps.newId();
    this.#emit({ type: "item", item: { kind: "notice", id, tone, text } });
  }

  #emit(event: ConversationEvent): void {
    if (this.isDisposed) {
      return;
    }
    this.#conversation = applyEvent(this.#conversation, event);
    this.#onDidEvent.fire(event);
  }

  override dispose(): void {
    this.#cli?.dispose();
    this.deps.broker.withdrawAll(this.id);
    super.dispose();
  }
}

function describeEnd(end: CliEnd): string {
  if (end.error) {
    return `it could not be started (${end.error.message})`;
  }
  return end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
}

function endSentence(end: CliEnd): string {
  const lastWords = end.stderrTail.split("\n").at(-1) ?? "";
  const said = lastWords === "" ? "" : ` It said: ${lastWords}`;
  return `Claude ended in the middle of its work (${describeEnd(end)}).${said} Send your next prompt to resume the conversation.`;
}

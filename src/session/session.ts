import { messageOf } from "../base/errors";
import type { Clock } from "../base/clock";
import { Emitter } from "../base/event";
import { Disposable, DisposableStore } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { CliEnd, CliProcess } from "../cli/cliProcess";
import type { CliStart } from "../cli/arguments";
import type { WireLine } from "../cli/wire";
import type { ControlRequest } from "../cli/wire/controlLines";
import type { SystemLine } from "../cli/wire/systemLines";
import type { PermissionBroker } from "../permission/broker";
import { askOf, stdioResponse } from "../permission/stdioPrompt";
import type {
  Activity,
  Conversation,
  ConversationEvent,
} from "../protocol/conversation";
import { applyEvent, emptyConversation } from "../protocol/transcript";
import { describeEnd } from "./endSentences";
import { createRun, meaningOfEnd, type Run } from "./run";
import { StopLadder } from "./stopLadder";
import { isFinalRefusal } from "./translate/failures";
import { Translator } from "./translate/translator";

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
  #starting: Promise<void> | undefined;
  #run: Run | undefined;
  /** Settles when the end of the last process has been told. */
  #runEnded: Promise<void> = Promise.resolve();
  #starts = 0;
  /** While it is above 0 no process is started and no prompt is written. */
  #stops = 0;
  /** The prompt that the CLI works on; its end is told by `command_lifecycle`. */
  #inFlight: string | undefined;
  /** The CLI's session; it can be resumed once the CLI has said that it exists. */
  #sessionId = "";
  #isResumable = false;

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
    this.#pump();
  }

  removeQueued(promptId: string): void {
    this.#emit({ type: "promptRemoved", id: promptId });
  }

  /** Stops the turn; whatever it takes, the conversation takes the next prompt. */
  interrupt(): void {
    if (this.#run && (this.#inFlight !== undefined || this.#run.isUnasked)) {
      this.#setActivity("stopping");
      this.#stopLadder.climb(this.#run.cli);
    } else if (this.#conversation.activity === "starting") {
      void this.#interruptStart();
    }
  }

  /**
   * Ends the process, if there is one, and waits for its end. What is queued
   * stays so until the next prompt.
   */
  async stop(): Promise<void> {
    this.#stops += 1;
    try {
      await this.#starting;
      await this.#run?.cli.stop();
      await this.#runEnded;
    } finally {
      this.#stops -= 1;
    }
  }

  /**
   * The prompt was not written yet, so there is no turn to interrupt: it counts
   * as stopped, and the process that might hang at its start is ended.
   */
  async #interruptStart(): Promise<void> {
    this.#setActivity("stopping");
    const [prompt] = this.#conversation.queued;
    if (prompt) {
      const at = this.deps.clock.now();
      this.#emit({ type: "promptSent", id: prompt.id, at });
      const nothing = { durationMs: null, costUsd: null, outputTokens: null };
      const id = this.deps.newId();
      this.#emit({
        type: "item",
        item: { kind: "turn", id, outcome: "interrupted", ...nothing },
      });
      const outcome = "interrupted";
      this.#emit({ type: "promptEnded", id: prompt.id, outcome });
    }
    await this.stop();
    this.#pump();
  }

  /** Takes the next step that can be taken: start the CLI, or write the next prompt. */
  #pump(): void {
    const run = this.#run;
    const [next] = this.#conversation.queued;
    const mustWait = this.#stops > 0 || this.#starting !== undefined;
    if (mustWait || this.#inFlight !== undefined || this.isDisposed) {
      return;
    }
    if (!run) {
      if (next) {
        this.#start();
      }
      return;
    }
    if (!run.isReady) {
      return;
    }
    if (!next) {
      // It was taken back while the process started.
      if (this.#conversation.activity === "starting") {
        this.#setActivity("idle");
      }
      return;
    }
    if (!run.cli.sendPrompt(next.id, next.text)) {
      // The process is ending: its end is about to be told, the prompt waits.
      return;
    }
    this.#inFlight = next.id;
    const now = this.deps.clock.now();
    this.#emit({ type: "promptSent", id: next.id, at: now });
    this.#setActivity("running");
    this.#emitAll(run.translator.promptSent(next.id, now));
  }

  #start(): void {
    this.#starting = Promise.resolve()
      .then(() => this.#startCli())
      .finally(() => {
        this.#starting = undefined;
      });
    this.#setActivity("starting");
  }

  async #startCli(): Promise<void> {
    const isResumed = this.#isResumable;
    if (!isResumed) {
      // An id that the CLI has seen cannot be given to a new session again.
      this.#sessionId = this.deps.newId();
    }
    try {
      const cli = await this.deps.startCli({
        session: { kind: isResumed ? "resume" : "new", id: this.#sessionId },
      });
      if (this.isDisposed) {
        cli.dispose();
      } else {
        this.#own(cli, isResumed);
      }
    } catch (error) {
      this.#setActivity("ended");
      this.#notify("error", messageOf(error));
    }
  }

  #own(cli: CliProcess, isResumed: boolean): void {
    this.#starts += 1;
    const translator = new Translator(
      `p${this.#starts}`,
      this.#conversation.folder,
    );
    const run = createRun(cli, isResumed, translator);
    this.#run = run;
    const listeners = this.register(new DisposableStore());
    listeners.add(cli.onLine((line) => this.#take(run, line)));
    this.#runEnded = cli.ended.then((end) => {
      listeners.dispose();
      this.#processEnded(run, end);
    });
  }

  #take(run: Run, line: WireLine): void {
    if (line.type === "result" && !run.isReady) {
      // No turn ended, since none began.
      run.hasGivenUp = true;
      return;
    }
    const now = this.deps.clock.now();
    this.#emitAll(run.translator.translate(line, now));
    switch (line.type) {
      case "system":
        this.#takeSystem(run, line);
        break;
      case "control_response":
        if (!run.isReady) {
          run.isReady = true;
          this.#pump();
        }
        break;
      case "control_request":
        this.#takeRequest(run.cli, line);
        break;
      case "control_cancel_request":
        this.deps.broker.withdraw(line.request_id);
        break;
      case "command_lifecycle":
        run.hasLifecycle = true;
        if (
          line.command_uuid === this.#inFlight &&
          (line.state === "completed" || line.state === "cancelled")
        ) {
          this.#turnEnded(run);
        }
        break;
      case "result":
        if (!run.hasLifecycle || this.#inFlight === undefined) {
          this.#turnEnded(run);
        }
        break;
      default:
        break;
    }
  }

  #takeSystem(run: Run, line: SystemLine): void {
    if (line.subtype === "init") {
      this.#isResumable = true;
      // After a /clear it is another than the one it was started with.
      this.#sessionId = line.session_id ?? this.#sessionId;
      if (this.#inFlight === undefined) {
        run.isUnasked = true;
        this.#setActivity("running");
      }
    } else if (line.subtype === "api_retry" && isFinalRefusal(line)) {
      // The CLI would try for minutes.
      this.interrupt();
    }
  }

  #takeRequest(cli: CliProcess, { request, request_id }: ControlRequest): void {
    switch (request.subtype) {
      case "can_use_tool": {
        if (this.#stops > 0) {
          // The process is being ended, and takes no answer any more.
          return;
        }
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
    if (event.type === "askClosed" && this.#run) {
      this.#emitAll(this.#run.translator.askClosed(event.id));
    }
    const { activity } = this.#conversation;
    if (activity === "running" || activity === "waiting") {
      this.#setActivity("running");
    }
  }

  #turnEnded(run: Run): void {
    run.hasServed = true;
    run.isUnasked = false;
    this.#inFlight = undefined;
    this.#stopLadder.turnEnded();
    this.#setActivity("idle");
    this.#pump();
  }

  #processEnded(run: Run, end: CliEnd): void {
    run.cli.dispose();
    if (this.isDisposed) {
      return;
    }
    const wasStopping = this.#conversation.activity === "stopping";
    const wasBusy = this.#inFlight !== undefined || run.isUnasked;
    this.#run = undefined;
    this.#inFlight = undefined;
    this.#stopLadder.processEnded();
    const wasWanted = wasStopping || this.#stops > 0;
    const now = this.deps.clock.now();
    this.#emitAll(run.translator.processEnded(now, wasWanted));
    this.#setActivity("ended");
    this.deps.broker.withdrawAll(this.id);
    this.deps.log.info(`The CLI ended: ${describeEnd(end)}. ${end.stderrTail}`);
    if (this.#stops > 0) {
      return;
    }
    const hasQueued = this.#conversation.queued.length > 0;
    const meaning = meaningOfEnd(run, end, { wasStopping, wasBusy, hasQueued });
    this.#isResumable &&= !meaning.isForgotten;
    if (meaning.notice) {
      this.#notify(meaning.notice.tone, meaning.notice.text);
    }
    if (meaning.goesOn) {
      this.#pump();
    }
  }

  #notify(tone: "info" | "warning" | "error", text: string): void {
    const id = this.deps.newId();
    this.#emit({ type: "item", item: { kind: "notice", id, tone, text } });
  }

  /** While an ask is open the agent does not run, it waits. */
  #setActivity(wanted: Activity): void {
    const { activity: current, asks } = this.#conversation;
    const activity =
      wanted === "running" && asks.length > 0 ? "waiting" : wanted;
    if (activity !== current) {
      this.#emit({ type: "activity", activity });
    }
  }

  #emitAll(events: readonly ConversationEvent[]): void {
    for (const event of events) {
      this.#emit(event);
    }
  }

  #emit(event: ConversationEvent): void {
    if (this.isDisposed) {
      return;
    }
    this.#conversation = applyEvent(this.#conversation, event);
    this.#onDidEvent.fire(event);
  }

  override dispose(): void {
    this.#run?.cli.dispose();
    this.deps.broker.withdrawAll(this.id);
    super.dispose();
  }
}

import { Disposable } from "../base/lifecycle";
import type { Event } from "../base/event";
import type { Logger } from "../base/log";
import type { StartOptions } from "../cli/arguments";
import type { PromptLine } from "../cli/cliProcess";
import { checkImages } from "../cli/promptImages";
import type { WireLine } from "../cli/wire";
import type { Conversation, ConversationEvent } from "../protocol/conversation";
import { emptyConversation } from "../protocol/transcript";
import { ConversationState } from "./conversationState";
import { Dispatcher } from "./dispatcher";
import { takenOverSentence } from "./endSentences";
import type { IdleSetting } from "./idleTimer";
import { LiveOptions } from "./liveOptions";
import { PromptQueue } from "./promptQueue";
import {
  imageRefusal,
  queueFull,
  queueTooLarge,
  type Refusal,
} from "./refusals";
import { RequestDesk, type RequestDeskDeps } from "./requestDesk";
import type { Run } from "./run";
import {
  type ProcessDeps,
  SessionProcess,
  type SessionOrigin,
} from "./sessionProcess";
import { TurnReader } from "./turnReader";

export interface SessionDeps extends ProcessDeps, RequestDeskDeps {
  log: Logger;
  idle: IdleSetting;
}

/** How a conversation begins. */
export interface SessionSeed {
  id: string;
  options: StartOptions;
  /** The CLI's session that it goes on with; none: a new one. */
  origin?: SessionOrigin | undefined;
  title?: string | undefined;
  /** Of one that was there before a reload of the window. They wait until the user goes on. */
  queue?: { prompts: readonly PromptLine[]; isPaused: boolean } | undefined;
}

export type SendOutcome = { kind: "queued" } | { kind: "known" } | Refusal;

/**
 * One conversation. What waits in its queue reaches its process one prompt at
 * a time; when the agent is busy it knows from the protocol alone. It outlives
 * its process: the next prompt starts another one that resumes the
 * conversation. Its parts: ConversationState (what is seen), PromptQueue,
 * SessionProcess (start, lock, end), TurnReader (what the CLI reports),
 * Dispatcher (what is done next).
 */
export class Session extends Disposable {
  /** Every change of the conversation; already applied to `conversation`. */
  readonly onDidEvent: Event<ConversationEvent>;
  readonly #state: ConversationState;
  readonly #queue: PromptQueue;
  readonly #options: LiveOptions;
  readonly #process: SessionProcess;
  readonly #dispatcher: Dispatcher;
  readonly #turns: TurnReader;
  readonly #desk: RequestDesk;

  constructor(
    private readonly deps: SessionDeps,
    { id, options, origin, title, queue }: SessionSeed,
  ) {
    super();
    const now = () => deps.clock.now();
    const empty = emptyConversation(id, options.cwd);
    this.#state = this.register(
      new ConversationState(
        { ...empty, title: title ?? empty.title },
        deps.newId,
      ),
    );
    this.onDidEvent = this.#state.onDidEvent;
    this.#queue = this.register(new PromptQueue(now));
    this.register(this.#queue.onDidChange((event) => this.#state.emit(event)));
    this.#options = new LiveOptions(options);
    this.#process = this.register(new SessionProcess(deps, origin));
    this.#dispatcher = this.register(
      new Dispatcher({
        ...deps,
        state: this.#state,
        queue: this.#queue,
        process: this.#process,
        options: this.#options,
      }),
    );
    const listener = this.#dispatcher;
    this.#turns = new TurnReader({ queue: this.#queue, now, listener });
    this.#desk = new RequestDesk(deps, id);
    this.#followProcess();
    this.#restore(queue);
  }

  get id(): string {
    return this.conversation.id;
  }

  get conversation(): Conversation {
    return this.#state.conversation;
  }

  /** Of its process, while there is one. */
  get pid(): number | undefined {
    return this.#process.run?.cli.pid;
  }

  /** What its events are known by at the server; empty before the first start. */
  get cliSessionId(): string {
    return this.#process.sessionId;
  }

  /** What it is to be started with; see `engine.drift` for what of it is not in force. */
  get options(): StartOptions {
    return this.#options.wanted;
  }

  /** What is to be kept of it for after a reload of the window. */
  get seed(): SessionSeed {
    const { id, title, engine } = this.conversation;
    const { sessionId, isResumable } = this.#process;
    return {
      id,
      title,
      options: this.#options.wanted,
      origin: isResumable ? { kind: "stored", id: sessionId } : undefined,
      queue: { prompts: this.#queue.waiting, isPaused: engine.isPaused },
    };
  }

  /** Puts a prompt at the end of the queue; the same id counts once. `images`: base64, each. */
  send(
    promptId: string,
    text: string,
    images: readonly string[] = [],
  ): SendOutcome {
    const { queued, items } = this.conversation;
    if ([...queued, ...items].some(({ id }) => id === promptId)) {
      return { kind: "known" };
    }
    const check = checkImages(images);
    if (check.kind !== "accepted") {
      return this.#refuse(imageRefusal(check));
    }
    const prompt = { id: promptId, text, images: check.images };
    const outcome = this.#queue.add(prompt);
    if (outcome !== "queued") {
      return this.#refuse(outcome === "full" ? queueFull : queueTooLarge);
    }
    this.#dispatcher.pump();
    return { kind: "queued" };
  }

  /** False, as with the next three, for a prompt that does not wait any more. */
  editQueued(promptId: string, text: string): boolean {
    return this.#queue.edit(promptId, text);
  }

  removeQueued(promptId: string): boolean {
    return this.#dispatcher.remove(promptId);
  }

  moveQueued(promptId: string, index: number): boolean {
    return this.#queue.move(promptId, index);
  }

  /**
   * Sends a queued prompt at once, also while the queue is paused. Into a turn
   * that runs: the agent reads it between two of its steps, or right after it.
   */
  steer(promptId: string): boolean {
    return this.#dispatcher.steer(promptId);
  }

  pauseQueue(): void {
    this.#state.setEngine({ isPaused: true });
  }

  /** Also after a reload, when the queue waits for the user. */
  resumeQueue(): void {
    this.#state.setEngine({ isPaused: false });
    this.#dispatcher.pump();
  }

  /** Stops the turn; whatever it takes, the conversation takes the next prompt. */
  interrupt(): void {
    this.#dispatcher.interrupt();
    this.#dispatcher.updateIdle();
  }

  /**
   * Changes what it is started with. Model and permission mode apply at once;
   * what does not is in `engine.drift` until a restart. Gives what the CLI
   * refused, in its words.
   */
  async setOptions(next: Partial<StartOptions>): Promise<string[]> {
    const refused = await this.#options.change(next, this.#process.run?.cli);
    this.#state.setEngine({ drift: this.#options.drift });
    return refused;
  }

  /** Starts the process anew, with the options as they are now; not before the agent is done. */
  restart(): void {
    this.#dispatcher.restart();
  }

  /**
   * Ends the process, if there is one, and waits for its end. What is queued
   * stays so until the next prompt.
   */
  async stop(): Promise<void> {
    const stopped = this.#process.stop("stopped");
    this.#dispatcher.updateIdle();
    await stopped;
  }

  /** Another window wants the conversation. */
  async letGo(): Promise<void> {
    const gone = this.#process.letGo();
    this.#dispatcher.updateIdle();
    await gone;
    this.#state.setEngine({ isElsewhere: true, ended: "elsewhere" });
    this.#state.notify("info", takenOverSentence);
  }

  /** Has another window let go of the conversation, and goes on here. False when it does not. */
  async takeOver(): Promise<boolean> {
    const isOurs = await this.#process.takeOver();
    if (isOurs) {
      this.#state.setEngine({ isElsewhere: false });
      this.#dispatcher.pump();
    }
    return isOurs;
  }

  /** The broker's news about this conversation's asks, told by the registry. */
  askChanged(event: ConversationEvent): void {
    this.#state.emit(event);
    if (event.type === "askClosed") {
      this.#dispatcher.askClosed(event.id);
    }
    const { activity } = this.#state;
    if (activity === "running" || activity === "waiting") {
      this.#state.setActivity("running");
    }
    this.#dispatcher.updateIdle();
  }

  #followProcess(): void {
    const process = this.#process;
    this.register(
      process.onDidStart(({ cli }) => {
        this.#options.processStarted(cli.start.options);
        const { drift } = this.#options;
        this.#state.setEngine({ drift, isElsewhere: false });
      }),
    );
    this.register(
      process.onReady((run) => {
        this.#state.setEngine({ cli: run.cli.facts ?? null });
        this.#dispatcher.pump();
      }),
    );
    this.register(process.onLine(({ run, line }) => this.#take(run, line)));
    this.register(
      process.onDidEnd(() => this.deps.broker.withdrawAll(this.id)),
    );
  }

  /** The prompts wait: nobody has looked at them since the reload. */
  #restore(queue: SessionSeed["queue"]): void {
    for (const prompt of queue?.prompts ?? []) {
      this.#queue.add(prompt);
    }
    this.#state.setEngine({ isPaused: queue?.isPaused ?? false });
  }

  #take(run: Run, line: WireLine): void {
    this.#turns.take(run, line);
    if (line.type === "control_request") {
      this.#desk.take(run.cli, line, this.#process.isStopping);
    } else if (line.type === "control_cancel_request") {
      this.deps.broker.withdraw(line.request_id);
    }
    this.#dispatcher.updateIdle();
  }

  #refuse(refusal: Refusal): Refusal {
    this.#state.notify("error", refusal.sentence);
    return refusal;
  }

  override dispose(): void {
    this.deps.broker.withdrawAll(this.id);
    super.dispose();
  }
}

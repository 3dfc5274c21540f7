import { messageOf } from "../base/errors";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { Clock } from "../base/clock";
import type { PromptLine } from "../cli/cliProcess";
import type { ConversationEvent } from "../protocol/conversation";
import type { ConversationState } from "./conversationState";
import { describeEnd, elsewhereSentence } from "./endSentences";
import { type IdleSetting, IdleTimer } from "./idleTimer";
import type { LiveOptions } from "./liveOptions";
import type { PromptQueue } from "./promptQueue";
import { type EndMeaning, meaningOfEnd, type Run } from "./run";
import type { RunEnd, SessionProcess, StartFailure } from "./sessionProcess";
import { StopLadder } from "./stopLadder";
import type { TurnListener } from "./turnReader";

export interface DispatcherDeps {
  state: ConversationState;
  queue: PromptQueue;
  process: SessionProcess;
  options: LiveOptions;
  clock: Clock;
  idle: IdleSetting;
  log: Logger;
}

/**
 * Brings a conversation's prompts to its process, one at a time, and the
 * process to its end when it is stopped, or idle for long. Every step ends in
 * `pump`, which takes the next one that can be taken: there is no other way on.
 */
export class Dispatcher extends Disposable implements TurnListener {
  readonly #stopLadder: StopLadder;
  readonly #idleTimer: IdleTimer;
  /** Steered prompts that were taken back while the CLI had them. */
  readonly #withdrawn = new Set<string>();
  /** To be sent even while the queue is paused. */
  #urgent: string | undefined;
  #isRestartWanted = false;

  constructor(private readonly deps: DispatcherDeps) {
    super();
    const { clock, idle, process } = deps;
    const end = () => void this.#endIdle();
    this.#stopLadder = this.register(new StopLadder(clock));
    this.#idleTimer = this.register(new IdleTimer({ clock, idle, end }));
    this.register(process.onDidEnd((ended) => this.#processEnded(ended)));
    this.register(process.onDidFail((failure) => this.#startFailed(failure)));
  }

  /** Takes the next step that can be taken: start the CLI, or write the next prompt. */
  pump(): void {
    if (!this.isDisposed && !this.deps.process.isInBetween) {
      this.#step();
    }
    this.updateIdle();
  }

  /** False for a prompt that does not wait any more. */
  steer(promptId: string): boolean {
    const { queue, process, state, clock } = this.deps;
    const { run } = process;
    if (!queue.isFree(promptId)) {
      return false;
    }
    const prompt = queue.waiting.find(({ id }) => id === promptId);
    const takesMore = queue.isRunning && state.activity !== "stopping";
    if (
      prompt &&
      takesMore &&
      run?.hasLifecycle &&
      run.cli.sendPrompt(prompt)
    ) {
      queue.wrote(promptId, "steered");
      this.told(run.translator.promptSent(promptId, clock.now()));
    } else {
      queue.move(promptId, 0);
      this.#urgent = promptId;
      this.pump();
    }
    return true;
  }

  /** Of one that was steered the CLI decides: the agent may have it already. */
  remove(promptId: string): boolean {
    const { queue, process } = this.deps;
    if (queue.isWritten(promptId) && promptId !== queue.opening) {
      this.#withdrawn.add(promptId);
      const subtype = "cancel_async_message";
      void process.run?.cli.request({ subtype, message_uuid: promptId });
      return true;
    }
    return queue.remove(promptId);
  }

  interrupt(): void {
    const { process, state } = this.deps;
    if (process.run && this.#isBusy(process.run)) {
      state.setActivity("stopping");
      this.#stopLadder.climb(process.run.cli);
    } else if (state.activity === "starting") {
      void this.#interruptStart();
    }
  }

  restart(): void {
    this.#isRestartWanted = this.deps.process.run !== undefined;
    this.pump();
  }

  /** Disarmed before anything is waited for, armed again on every way out: told at each step what is so. */
  updateIdle(): void {
    const { process, state } = this.deps;
    const { run } = process;
    this.#idleTimer.update(
      run !== undefined &&
        !process.isInBetween &&
        state.activity === "idle" &&
        state.conversation.asks.length === 0 &&
        state.conversation.backgroundTasks.length === 0,
    );
  }

  /** The process has an answer to what it has asked. */
  askClosed(askId: string): void {
    const { run } = this.deps.process;
    this.told(run?.translator.askClosed(askId) ?? []);
  }

  /** A prompt that waits has not ended, though its process has dropped it: it is sent once more, or was taken back. */
  told(events: readonly ConversationEvent[]): void {
    const { queue, state } = this.deps;
    for (const event of events) {
      if (event.type !== "promptEnded" || !queue.isWritten(event.id)) {
        state.emit(event);
      }
    }
  }

  working(): void {
    const { state } = this.deps;
    if (state.activity !== "stopping") {
      state.setActivity("running");
    }
  }

  refused(): void {
    this.interrupt();
  }

  dropped(promptId: string): void {
    const { queue, process } = this.deps;
    if (promptId === queue.opening) {
      this.#abandon(promptId);
      this.turnEnded(process.run);
      return;
    }
    queue.returned(promptId);
    process.run?.translator.promptReturned(promptId);
    if (this.#withdrawn.delete(promptId)) {
      queue.remove(promptId);
    }
  }

  turnEnded(run: Run | undefined): void {
    const { state, queue } = this.deps;
    if (run) {
      run.hasServed = true;
      run.isUnasked = false;
    }
    const lastStop = this.#stopLadder.turnEnded();
    if (lastStop) {
      state.setEngine({ lastStop });
    }
    if (!queue.isBusy) {
      state.setActivity("idle");
    }
    this.pump();
  }

  sessionExists(sessionId: string | undefined): void {
    const { process, log } = this.deps;
    process.sessionExists(sessionId).catch((error: unknown) => {
      log.warn(`The session is not locked: ${messageOf(error)}`);
    });
  }

  modeChanged(permissionMode: string): void {
    const { options, state } = this.deps;
    options.modeReported(permissionMode);
    state.setEngine({ drift: options.drift });
  }

  #isBusy(run: Run): boolean {
    return this.deps.queue.isBusy || run.isUnasked;
  }

  #step(): void {
    const { process, queue, state, clock } = this.deps;
    const { run } = process;
    const next = this.#nextPrompt();
    if (!run) {
      if (next) {
        this.#start();
      }
      return;
    }
    if (!run.isReady || this.#isBusy(run)) {
      return;
    }
    if (this.#isRestartWanted) {
      void this.#restartNow();
      return;
    }
    if (!next) {
      if (state.activity === "starting") {
        state.setActivity("idle");
      }
      return;
    }
    if (!run.cli.sendPrompt(next)) {
      // The process is ending: its end is about to be told, the prompt waits.
      run.hasRefused = true;
      return;
    }
    this.#urgent = undefined;
    queue.wrote(next.id, "turn");
    state.setActivity("running");
    this.told(run.translator.promptSent(next.id, clock.now()));
  }

  #nextPrompt(): PromptLine | undefined {
    const next = this.deps.queue.next();
    const { isPaused } = this.deps.state.engine;
    return isPaused && next?.id !== this.#urgent ? undefined : next;
  }

  #start(): void {
    const { process, options, state } = this.deps;
    process.start(options.wanted);
    state.setEngine({ ended: null });
    state.setActivity("starting");
  }

  async #restartNow(): Promise<void> {
    const { process } = this.deps;
    this.#isRestartWanted = false;
    this.#idleTimer.update(false);
    await process.stop("restart");
    if (!this.isDisposed && !process.isInBetween && !process.run) {
      this.#start();
    }
  }

  async #endIdle(): Promise<void> {
    await this.deps.process.stop("idle");
    this.pump();
  }

  /**
   * The prompt was not written yet, so there is no turn to interrupt: it counts
   * as stopped, and the process that might hang at its start is ended.
   */
  async #interruptStart(): Promise<void> {
    const { process, state } = this.deps;
    state.setActivity("stopping");
    const next = this.#nextPrompt();
    if (next) {
      this.#abandon(next.id);
    }
    await process.stop("interrupted");
    this.pump();
  }

  /** It was stopped before the agent had it. */
  #abandon(promptId: string): void {
    const { queue, state } = this.deps;
    queue.started(promptId);
    state.turnInterrupted();
    state.emit({ type: "promptEnded", id: promptId, outcome: "interrupted" });
    queue.ended(promptId);
  }

  #startFailed(failure: StartFailure): void {
    const { state } = this.deps;
    state.setActivity("ended");
    if (failure.kind === "elsewhere") {
      state.setEngine({ isElsewhere: true, ended: "elsewhere" });
      state.notify("warning", elsewhereSentence);
    } else {
      state.setEngine({ ended: "notStarted" });
      state.notify("error", messageOf(failure.error));
    }
  }

  #processEnded({ run, end, wanted }: RunEnd): void {
    const { queue, state, options, clock, log } = this.deps;
    const rung = this.#stopLadder.processEnded();
    const { opening } = queue;
    if (opening !== undefined && state.activity === "stopping") {
      // The stop was meant for it, whether the agent had it or not.
      queue.started(opening);
    }
    const wasBusy = queue.isRunning || run.isUnasked;
    const hasReturned = run.hasRefused || queue.isBusy;
    const isOnPurpose = wanted !== undefined || rung !== undefined;
    this.told(run.translator.processEnded(clock.now(), isOnPurpose));
    queue.processEnded();
    for (const promptId of this.#withdrawn) {
      queue.remove(promptId);
    }
    this.#withdrawn.clear();
    options.processEnded();
    state.setActivity("ended");
    log.info(`The CLI ended: ${describeEnd(end)}. ${end.stderrTail}`);
    const hasQueued = queue.next() !== undefined;
    const circumstances = { rung, wasBusy, hasQueued, hasReturned };
    const { reason, ...meaning } = meaningOfEnd(run, end, circumstances);
    const lastStop = rung ?? state.engine.lastStop;
    state.setEngine({ ended: wanted ?? reason, lastStop, drift: [] });
    if (wanted === undefined) {
      this.#takeUp(meaning);
    }
  }

  /** Nobody had asked for the end. */
  #takeUp(meaning: Omit<EndMeaning, "reason">): void {
    const { process, state } = this.deps;
    if (meaning.isForgotten) {
      process.forgetSession();
    }
    if (meaning.notice) {
      state.notify(meaning.notice.tone, meaning.notice.text);
    }
    if (meaning.goesOn) {
      this.pump();
    }
  }
}

import { Emitter } from "../base/event";
import {
  Disposable,
  type DisposableLike,
  DisposableStore,
} from "../base/lifecycle";
import type { CliStart, SessionStart, StartOptions } from "../cli/arguments";
import type { CliEnd, CliHandle } from "../cli/cliProcess";
import type { WireLine } from "../cli/wire";
import type { EndReason } from "../protocol/engine";
import { createRun, type Run } from "./run";
import type { Locks } from "./sessionLocks";
import { Translator } from "./translate/translator";

export interface ProcessDeps {
  /** Starts the CLI; throws with a sentence for the user when it cannot. */
  startCli: (start: CliStart) => Promise<CliHandle>;
  /** One that was started in advance and fits. */
  takeSpare(options: StartOptions): Promise<CliHandle | undefined>;
  locks: Locks;
  newId: () => string;
}

/** Which of the CLI's sessions a conversation is; undefined: none yet. */
export type SessionOrigin =
  | { kind: "stored"; id: string }
  | { kind: "fork"; from: string; at: string | null };

/** Another window has the session, or the start has thrown. */
export type StartFailure =
  { kind: "elsewhere" } | { kind: "thrown"; error: unknown };

/** `wanted`: why it was ended on purpose. */
export interface RunEnd {
  run: Run;
  end: CliEnd;
  wanted: EndReason | undefined;
}

/**
 * The one process of a conversation: its start (new, resumed, forked, or one
 * that was warm), the lock on its session, and its end. It knows which session
 * the next start is for. What is said to the process, and what comes of its
 * lines, is the session's business.
 */
export class SessionProcess extends Disposable {
  readonly #onDidStart = this.register(new Emitter<Run>());
  readonly onDidStart = this.#onDidStart.event;
  readonly #onReady = this.register(new Emitter<Run>());
  readonly onReady = this.#onReady.event;
  readonly #onLine = this.register(new Emitter<{ run: Run; line: WireLine }>());
  readonly onLine = this.#onLine.event;
  readonly #onDidEnd = this.register(new Emitter<RunEnd>());
  readonly onDidEnd = this.#onDidEnd.event;
  readonly #onDidFail = this.register(new Emitter<StartFailure>());
  readonly onDidFail = this.#onDidFail.event;
  #starting: Promise<void> | undefined;
  #run: Run | undefined;
  /** Settles when the end of the last process has been told. */
  #runEnded: Promise<void> = Promise.resolve();
  #starts = 0;
  /** Why it is being ended, by whoever asked for it; while there is one, nothing is started. */
  readonly #stops: EndReason[] = [];
  #sessionId: string;
  #isResumable: boolean;
  #fork: Extract<SessionOrigin, { kind: "fork" }> | undefined;
  #lock: { sessionId: string; held: DisposableLike } | undefined;

  constructor(
    private readonly deps: ProcessDeps,
    origin: SessionOrigin | undefined,
  ) {
    super();
    this.#sessionId = origin?.kind === "stored" ? origin.id : "";
    this.#isResumable = origin?.kind === "stored";
    this.#fork = origin?.kind === "fork" ? origin : undefined;
  }

  get run(): Run | undefined {
    return this.#run;
  }

  /** The CLI's id; empty before the first start. */
  get sessionId(): string {
    return this.#sessionId;
  }

  get isResumable(): boolean {
    return this.#isResumable;
  }

  /** It is about to be there, or about to be gone. */
  get isInBetween(): boolean {
    return this.#starting !== undefined || this.#stops.length > 0;
  }

  get isStopping(): boolean {
    return this.#stops.length > 0;
  }

  /** One start at a time; how it went is told by the events. */
  start(options: StartOptions): void {
    this.#starting ??= this.#startCli(options).then((tell) => {
      // Whoever hears of a failure may start it again.
      this.#starting = undefined;
      tell();
    });
  }

  /** Ends the process, if there is one, and waits for its end. */
  async stop(reason: EndReason): Promise<void> {
    this.#stops.push(reason);
    try {
      await this.#starting;
      await this.#run?.cli.stop();
      await this.#runEnded;
    } finally {
      this.#stops.pop();
    }
  }

  /** The CLI has a session of this id: it can be resumed, and after a /clear it is another one. */
  async sessionExists(sessionId: string | undefined): Promise<void> {
    this.#isResumable = true;
    this.#fork = undefined;
    if (sessionId !== undefined && sessionId !== this.#sessionId) {
      this.#sessionId = sessionId;
      await this.#takeLock(() => this.deps.locks.hold(sessionId));
    }
  }

  /** The CLI does not know the session: the next start is that of a new one. */
  forgetSession(): void {
    this.#isResumable = false;
  }

  /** Ends the process and lets another window have the session. */
  async letGo(): Promise<void> {
    await this.stop("elsewhere");
    this.#releaseLock();
  }

  /** False when the other window does not let go of the session. */
  takeOver(): Promise<boolean> {
    const { locks } = this.deps;
    return this.#takeLock((sessionId) => locks.takeOver(sessionId));
  }

  /** Gives what is to be told once it is over. */
  async #startCli(options: StartOptions): Promise<() => void> {
    try {
      const spare = await this.#takeSpare(options);
      if (spare) {
        this.#sessionId = spare.start.session.id;
      } else if (!this.#isResumable) {
        // An id that the CLI has seen cannot be given to a new session again.
        this.#sessionId = this.deps.newId();
      }
      if (!(await this.#takeLock((id) => this.deps.locks.hold(id)))) {
        spare?.dispose();
        return () => this.#onDidFail.fire({ kind: "elsewhere" });
      }
      const session = this.#nextStart();
      const cli = spare?.isAlive
        ? spare
        : await this.deps.startCli({ session, options });
      return () => this.#own(cli, session.kind === "resume");
    } catch (error) {
      return () => this.#onDidFail.fire({ kind: "thrown", error });
    }
  }

  async #takeSpare(options: StartOptions): Promise<CliHandle | undefined> {
    return this.#isResumable || this.#fork
      ? undefined
      : this.deps.takeSpare(options);
  }

  #nextStart(): SessionStart {
    const id = this.#sessionId;
    return this.#fork
      ? { ...this.#fork, id }
      : { kind: this.#isResumable ? "resume" : "new", id };
  }

  #own(cli: CliHandle, isResumed: boolean): void {
    if (this.isDisposed) {
      cli.dispose();
      return;
    }
    this.#starts += 1;
    const { cwd } = cli.start.options;
    const translator = new Translator(`p${this.#starts}`, cwd);
    const run = createRun(cli, isResumed, translator);
    this.#run = run;
    const listeners = this.register(new DisposableStore());
    listeners.add(cli.onLine((line) => this.#onLine.fire({ run, line })));
    listeners.add(
      cli.onReady(() => {
        run.isReady = true;
        this.#onReady.fire(run);
      }),
    );
    this.#runEnded = cli.ended.then((end) => {
      listeners.dispose();
      cli.dispose();
      this.#run = undefined;
      this.#onDidEnd.fire({ run, end, wanted: this.#stops.at(-1) });
    });
    this.#onDidStart.fire(run);
    if (run.isReady) {
      this.#onReady.fire(run);
    }
  }

  /** Whether the lock of the session is held now. */
  async #takeLock(
    take: (sessionId: string) => Promise<DisposableLike | undefined>,
  ): Promise<boolean> {
    const sessionId = this.#sessionId;
    if (this.#lock?.sessionId === sessionId) {
      return true;
    }
    const held = await take(sessionId);
    if (this.isDisposed || this.#sessionId !== sessionId) {
      held?.dispose();
      return false;
    }
    if (held) {
      this.#releaseLock();
      this.#lock = { sessionId, held };
    }
    return held !== undefined;
  }

  #releaseLock(): void {
    this.#lock?.held.dispose();
    this.#lock = undefined;
  }

  override dispose(): void {
    this.#run?.cli.dispose();
    super.dispose();
    this.#releaseLock();
  }
}

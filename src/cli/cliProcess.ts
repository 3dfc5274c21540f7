import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { ManagedProcess, type ProcessEnd } from "../node/managedProcess";
import type { CliFacts } from "../protocol/engine";
import { cliArguments, type CliStart } from "./arguments";
import { factsOf } from "./initializeReply";
import type { PromptImage } from "./promptImages";
import { type KnownLine, parseWireLine, type WireLine } from "./wire";

export interface CliProcessOptions extends CliStart {
  /** The program; see locate.ts. */
  path: string;
  env: NodeJS.ProcessEnv;
  /** Names of the hook events that the CLI is to tell us of (`hook_callback`). */
  hookEvents: readonly string[];
}

/** A prompt as it is written to the CLI. */
export interface PromptLine {
  /** A UUID; the CLI reports the prompt's life by it. */
  id: string;
  text: string;
  images: readonly PromptImage[];
}

/** The CLI's answer to a request; `ended` when there is none, and will be none. */
export type RequestOutcome =
  | { kind: "done"; response: unknown }
  | { kind: "refused"; error: string }
  | { kind: "ended" };

/** How a conversation's process ended, with the last of its stderr for the log. */
export interface CliEnd extends ProcessEnd {
  stderrTail: string;
}

/** All that a conversation needs of its process. */
export type CliHandle = Pick<CliProcess, keyof CliProcess>;

const stderrTailLength = 2_000;
/** How long a process may take after the end of its input, and again after SIGTERM. */
const stopGraceMs = 1_000;

/**
 * One Claude CLI process: lines in, lines out. It knows the wire, not what a
 * conversation is. Owned by one session; see docs/architecture.md.
 */
export class CliProcess extends Disposable {
  readonly #onLine = this.register(new Emitter<WireLine>());
  readonly onLine = this.#onLine.event;
  readonly #onReady = this.register(new Emitter<CliFacts>());
  /** It has answered its greeting. */
  readonly onReady = this.#onReady.event;
  readonly ended: Promise<CliEnd>;
  readonly start: CliStart;
  readonly #process: ManagedProcess;
  readonly #requests = new Map<string, (outcome: RequestOutcome) => void>();
  #facts: CliFacts | undefined;
  #stderrTail = "";
  /** It was told to end: a prompt that it would still take would be lost with it. */
  #isEnding = false;

  constructor(
    private readonly deps: { clock: Clock; log: Logger },
    options: CliProcessOptions,
  ) {
    super();
    const { session, options: startOptions } = options;
    this.start = { session, options: startOptions };
    this.#process = this.register(
      new ManagedProcess({
        command: options.path,
        args: cliArguments(options),
        cwd: startOptions.cwd,
        env: options.env,
        onLine: (line) => this.#take(line),
        onStderr: (text) => {
          this.#stderrTail = (this.#stderrTail + text).slice(-stderrTailLength);
        },
      }),
    );
    this.ended = this.#process.ended.then((end) => {
      this.#settleRequests();
      return { ...end, stderrTail: this.#stderrTail.trim() };
    });
    this.#initialize(options.hookEvents);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isAlive(): boolean {
    return this.#process.isAlive;
  }

  /** What it has said of itself; undefined until it is ready. */
  get facts(): CliFacts | undefined {
    return this.#facts;
  }

  /** False when it could not be written; the prompt is still the caller's then. */
  sendPrompt({ id, text, images }: PromptLine): boolean {
    if (this.#isEnding) {
      return false;
    }
    const pictures = images.map(({ mediaType, data }) => ({
      type: "image",
      source: { type: "base64", media_type: mediaType, data },
    }));
    return this.#write({
      type: "user",
      message: { role: "user", content: [{ type: "text", text }, ...pictures] },
      parent_tool_use_id: null,
      session_id: "",
      uuid: id,
    });
  }

  /** With what is queued in the CLI: that was meant for the turn, too. */
  interrupt(): void {
    void this.request({ subtype: "interrupt", cancel_queued: true });
  }

  /** Asks the CLI for something, and waits for its answer. */
  request(request: Record<string, unknown>): Promise<RequestOutcome> {
    const id = randomUUID();
    return new Promise((resolve) => {
      this.#requests.set(id, resolve);
      const isWritten = this.#write({
        type: "control_request",
        request_id: id,
        request,
      });
      if (!isWritten) {
        this.#requests.delete(id);
        resolve({ kind: "ended" });
      }
    });
  }

  respond(requestId: string, response: Record<string, unknown>): boolean {
    return this.#write({
      type: "control_response",
      response: { subtype: "success", request_id: requestId, response },
    });
  }

  /** An unanswered request would keep the CLI waiting for ever. */
  refuse(requestId: string, error: string): boolean {
    return this.#write({
      type: "control_response",
      response: { subtype: "error", request_id: requestId, error },
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#isEnding = true;
    this.#process.signal(signal);
  }

  /** After its end: does not wait for output that somebody out of reach holds open. */
  abandonOutput(): void {
    this.#process.abandonOutput();
  }

  async stop(): Promise<void> {
    this.#isEnding = true;
    await this.#process.stop(this.deps.clock, stopGraceMs);
    this.dispose();
  }

  /** One callback for each event: the CLI gives its name back with every call. */
  #initialize(hookEvents: readonly string[]): void {
    const hooks = Object.fromEntries(
      hookEvents.map((name) => [name, [{ hookCallbackIds: [name] }]]),
    );
    void this.request({ subtype: "initialize", hooks }).then((outcome) => {
      // One that refuses the greeting works without it.
      if (outcome.kind !== "ended" && !this.isDisposed) {
        this.#facts = factsOf(
          outcome.kind === "done" ? outcome.response : undefined,
        );
        this.#onReady.fire(this.#facts);
      }
    });
  }

  #write(message: Record<string, unknown>): boolean {
    return this.#process.writeLine(JSON.stringify(message));
  }

  #take(text: string): void {
    const line = parseWireLine(text);
    if (line.type === "unknown") {
      this.deps.log.trace(
        `The CLI sent a line of an unknown kind: ${line.what}`,
      );
    }
    if (line.type === "control_response") {
      this.#settle(line);
    }
    try {
      this.#onLine.fire(line);
    } catch (error) {
      // A listener's fault must not cost the lines after this one.
      this.deps.log.error(`A line of the CLI's: ${messageOf(error)}`);
    }
  }

  #settle({ response }: Extract<KnownLine, { type: "control_response" }>) {
    const { request_id: id, subtype, error, response: answer } = response;
    const settle = this.#requests.get(id);
    this.#requests.delete(id);
    settle?.(
      subtype === "success"
        ? { kind: "done", response: answer }
        : { kind: "refused", error: error ?? "" },
    );
  }

  #settleRequests(): void {
    for (const settle of this.#requests.values()) {
      settle({ kind: "ended" });
    }
    this.#requests.clear();
  }
}

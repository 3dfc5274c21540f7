import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { ManagedProcess, type ProcessEnd } from "../node/managedProcess";
import { cliArguments, type CliStart } from "./arguments";
import { parseWireLine, type WireLine } from "./wire";

export interface CliProcessOptions extends CliStart {
  /** The program; see locate.ts. */
  path: string;
  /** The folder that the agent works in. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Names of the hook events that the CLI is to tell us of (`hook_callback`). */
  hookEvents: readonly string[];
}

/** How a conversation's process ended, with the last of its stderr for the log. */
export interface CliEnd extends ProcessEnd {
  stderrTail: string;
}

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
  readonly ended: Promise<CliEnd>;
  readonly #process: ManagedProcess;
  #stderrTail = "";
  /** It was told to end: a prompt that it would still take would be lost with it. */
  #isEnding = false;

  constructor(
    private readonly deps: { clock: Clock; log: Logger },
    options: CliProcessOptions,
  ) {
    super();
    this.#process = this.register(
      new ManagedProcess({
        command: options.path,
        args: cliArguments(options),
        cwd: options.cwd,
        env: options.env,
        onLine: (line) => this.#take(line),
        onStderr: (text) => {
          this.#stderrTail = (this.#stderrTail + text).slice(-stderrTailLength);
        },
      }),
    );
    this.ended = this.#process.ended.then((end) => ({
      ...end,
      stderrTail: this.#stderrTail.trim(),
    }));
    this.#initialize(options.hookEvents);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isAlive(): boolean {
    return this.#process.isAlive;
  }

  /** False when it could not be written; the prompt is still the caller's then. */
  sendPrompt(uuid: string, text: string): boolean {
    if (this.#isEnding) {
      return false;
    }
    return this.#write({
      type: "user",
      message: { role: "user", content: [{ type: "text", text }] },
      parent_tool_use_id: null,
      session_id: "",
      uuid,
    });
  }

  interrupt(): boolean {
    return this.#request({ subtype: "interrupt" });
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
    this.#request({ subtype: "initialize", hooks });
  }

  #request(request: Record<string, unknown>): boolean {
    return this.#write({
      type: "control_request",
      request_id: randomUUID(),
      request,
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
    try {
      this.#onLine.fire(line);
    } catch (error) {
      // A listener's fault must not cost the lines after this one.
      this.deps.log.error(`A line of the CLI's: ${messageOf(error)}`);
    }
  }
}

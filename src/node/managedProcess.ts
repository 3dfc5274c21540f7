import type { ChildProcess } from "node:child_process";
import spawn from "cross-spawn";
import { type Clock, sleep } from "../base/clock";
import { Disposable } from "../base/lifecycle";
import { signalTree } from "./killTree";
import { LineReader } from "./lineStream";

export interface ManagedProcessOptions {
  command: string;
  args: readonly string[];
  cwd?: string;
  env: NodeJS.ProcessEnv;
  /** One line of stdout, without its newline; blank ones are left out. */
  onLine(line: string): void;
  /** A piece of stderr, as it came. */
  onStderr?(text: string): void;
}

/** How a process ended; `error` when it could not be started at all. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  error: Error | null;
}

/** The longest line that is kept; a longer one is passed over and said so on stderr's way. */
const maxLineBytes = 16 * 1024 * 1024;

/**
 * A child process with one owner. Its end is a promise that settles on
 * `close`, when its output is complete, and never rejects; what cannot be
 * started ends with an error. Disposing the owner kills the whole tree at once;
 * `stop` asks first.
 */
export class ManagedProcess extends Disposable {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess | undefined;
  #hasEnded = false;

  constructor(options: ManagedProcessOptions) {
    super();
    try {
      const child = startChild(options);
      this.#child = child;
      readOutput(child, options);
      this.ended = this.#whenEnded(child);
    } catch (error) {
      // Some failures are thrown, others told by an event: whoever starts a program need not know which.
      this.#hasEnded = true;
      this.ended = Promise.resolve(notStarted(error));
    }
    this.register({ dispose: () => this.signal("SIGKILL") });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** `ChildProcess.killed` only says that a signal was sent; this says that it has not ended. */
  get isAlive(): boolean {
    const child = this.#child;
    return (
      !this.#hasEnded &&
      child?.pid !== undefined &&
      child.exitCode === null &&
      child.signalCode === null
    );
  }

  /** Writes one line to stdin. False when the process takes no more input; nothing was written then. */
  writeLine(line: string): boolean {
    const stdin = this.#child?.stdin;
    if (!this.isAlive || !stdin?.writable) {
      return false;
    }
    stdin.write(`${line}\n`);
    return true;
  }

  endInput(): void {
    this.#child?.stdin?.end();
  }

  /**
   * Signals the process and everything that it started; what it started may
   * outlive it and hold its output open.
   */
  signal(signal: NodeJS.Signals): void {
    if (!this.#hasEnded && this.pid !== undefined) {
      signalTree(this.pid, signal);
    }
  }

  /** Its end is told by what it wrote so far: somebody out of reach may hold its output open. */
  abandonOutput(): void {
    this.#child?.stdout?.destroy();
    this.#child?.stderr?.destroy();
  }

  /**
   * Ends it: the end of its input, after `graceMs` SIGTERM, after as long
   * again SIGKILL. Resolves when it has ended. Output that somebody out of
   * reach holds open is not waited for longer than `graceMs` more.
   */
  async stop(clock: Clock, graceMs: number): Promise<ProcessEnd> {
    this.endInput();
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (await this.#endsWithin(clock, graceMs)) {
        break;
      }
      this.signal(signal);
    }
    if (!(await this.#endsWithin(clock, graceMs))) {
      this.abandonOutput();
    }
    const end = await this.ended;
    this.dispose();
    return end;
  }

  async #endsWithin(clock: Clock, waitMs: number): Promise<boolean> {
    const abort = new AbortController();
    await Promise.race([
      this.ended.finally(() => abort.abort()),
      sleep(clock, waitMs, abort.signal),
    ]);
    return this.#hasEnded;
  }

  #whenEnded(child: ChildProcess): Promise<ProcessEnd> {
    return new Promise((resolve) => {
      let startError: Error | null = null;
      child.on("error", (error) => {
        startError = error;
        if (child.pid === undefined) {
          this.#hasEnded = true;
          resolve(notStarted(error));
        }
      });
      child.on("close", (code, signal) => {
        this.#hasEnded = true;
        resolve({ code, signal, error: startError });
      });
    });
  }
}

function startChild({
  command,
  args,
  cwd,
  env,
}: ManagedProcessOptions): ChildProcess {
  return spawn(command, [...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    stdio: ["pipe", "pipe", "pipe"],
    // Its own process group, so that the whole tree can be signalled.
    detached: process.platform !== "win32",
    windowsHide: true,
  });
}

function readOutput(
  { stdin, stdout, stderr }: ChildProcess,
  options: ManagedProcessOptions,
): void {
  const reader = new LineReader({
    maxLineBytes,
    onLine: (line) => options.onLine(line),
    onOversized: (lengthBytes) =>
      options.onStderr?.(`A line of ${lengthBytes} bytes was passed over.\n`),
  });
  stdout?.on("data", (chunk: Buffer) => reader.push(chunk));
  stdout?.on("end", () => reader.end());
  stderr?.setEncoding("utf8");
  stderr?.on("data", (text: string) => options.onStderr?.(text));
  // A broken pipe means that the process is ending: `ended` tells of it.
  for (const stream of [stdin, stdout, stderr]) {
    stream?.on("error", () => {});
  }
}

function notStarted(error: unknown): ProcessEnd {
  return {
    code: null,
    signal: null,
    error: error instanceof Error ? error : new Error(String(error)),
  };
}

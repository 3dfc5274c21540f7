import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { parse } from "node:path";
import spawn from "cross-spawn";
import type { ProcessEnd } from "./managedProcess";

export interface DetachedOptions {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** A piece of stderr, as it came. */
  onStderr: (text: string) => void;
}

/** A process that may outlive the one that started it. */
export interface DetachedProcess {
  /** Settles when it has ended while this process still runs; never rejects. */
  readonly ended: Promise<ProcessEnd>;
}

/**
 * Starts a process that nobody owns: it lives on when this one ends, however
 * that ends, and does not keep it from ending. It has no stdin, its stdout
 * goes nowhere, and its stderr is a pipe that may break.
 */
export function startDetached(options: DetachedOptions): DetachedProcess {
  try {
    const child = spawn(options.command, [...options.args], {
      // No folder that somebody may want to remove or unmount.
      cwd: parse(process.execPath).root,
      env: options.env,
      stdio: ["ignore", "ignore", "pipe"],
      // Out of reach of what is sent to this one's process group.
      detached: true,
      windowsHide: true,
    });
    const ended = whenEnded(child);
    readStderr(child, options);
    child.unref();
    return { ended };
  } catch (error) {
    return { ended: Promise.resolve(notStarted(error)) };
  }
}

function readStderr(
  { stderr }: ChildProcess,
  { onStderr }: DetachedOptions,
): void {
  stderr?.setEncoding("utf8");
  stderr?.on("data", (text: string) => onStderr(text));
  // A broken pipe means that the process is ending: `ended` tells of it.
  stderr?.on("error", () => {});
  if (stderr instanceof Socket) {
    stderr.unref();
  }
}

function whenEnded(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.on("error", (error) => {
      if (child.pid === undefined) {
        resolve(notStarted(error));
      }
    });
    child.on("close", (code, signal) => {
      resolve({ code, signal, error: null });
    });
  });
}

function notStarted(error: unknown): ProcessEnd {
  return {
    code: null,
    signal: null,
    error: error instanceof Error ? error : new Error(String(error)),
  };
}

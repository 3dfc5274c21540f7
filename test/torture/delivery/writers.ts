import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { QueueLimits } from "../../../src/queue/limits";
import { eventually } from "../../fakes/eventually";
import type { Random } from "../random";
import type { Ledger } from "./ledger";
import { signal, stateOf } from "./processes";

export interface WritersDeps {
  node: string;
  writerScript: string;
  hookScript: string;
  env: NodeJS.ProcessEnv;
  /** What the events of this round are known by on the server. */
  tag: string;
  random: Random;
  ledger: Ledger;
  limits: QueueLimits | undefined;
}

/** Whatever appends: quick writers that live until they are killed, and real hooks of one event each. */
export class Writers {
  readonly #writers = new Set<ChildProcess>();
  readonly #hooks = new Set<ChildProcess>();
  #count = 0;
  /** Changes with every disturbance. */
  #epoch = 0;
  #disturbances = 0;
  #isEnding = false;

  constructor(private readonly deps: WritersDeps) {}

  startWriter(): void {
    const { node, writerScript, env, tag, random, ledger, limits } = this.deps;
    this.#count += 1;
    const seed = String(random.integer(2 ** 31));
    const child = spawn(
      node,
      [writerScript, `${tag}-w${this.#count}`, seed, JSON.stringify(limits)],
      { env, stdio: ["ignore", "pipe", "inherit"] },
    );
    this.#writers.add(child);
    createInterface({ input: child.stdout }).on("line", (line) =>
      ledger.read(line),
    );
    child.on("close", () => {
      this.#writers.delete(child);
      if (!this.#isEnding) {
        this.startWriter();
      }
    });
  }

  killWriter(): boolean {
    const child = this.deps.random.pick([...this.#writers]);
    return child?.kill("SIGKILL") ?? false;
  }

  /**
   * Runs the real hook; `killAfterMs` ends it in the middle, perhaps. It says
   * nothing of its outcome, so it counts as confirmed only when nothing stood
   * in its way from its start to its end.
   */
  runHook(killAfterMs: number | undefined): void {
    const { node, hookScript, env, tag, ledger } = this.deps;
    const session = `${tag}-h${randomUUID()}`;
    const epoch = this.#disturbances > 0 ? undefined : this.#epoch;
    const child = spawn(node, [hookScript, "PreToolUse"], {
      env,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#hooks.add(child);
    child.stdin.on("error", () => {
      // Killed before it had read all of it.
    });
    child.stdin.end(
      JSON.stringify({ session_id: session, tool_name: "Bash", cwd: "/w" }),
    );
    if (killAfterMs !== undefined) {
      setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    }
    child.on("close", (code) => {
      this.#hooks.delete(child);
      if (code === 0 && epoch === this.#epoch) {
        ledger.hooks.add(session);
      }
    });
  }

  /** Something stands in the way of hooks, for at least so long. */
  disturb(forMs: number): void {
    this.#epoch += 1;
    this.#disturbances += 1;
    setTimeout(() => {
      this.#disturbances -= 1;
    }, forMs);
  }

  /** Runs `work` while none of them runs. */
  async whileStopped(work: () => void | Promise<void>): Promise<void> {
    const pids = [...this.#writers, ...this.#hooks]
      .map(({ pid }) => pid)
      .filter((pid) => pid !== undefined);
    for (const pid of pids) {
      signal(pid, "SIGSTOP");
    }
    try {
      await eventually(
        () => pids.every((pid) => [undefined, "T"].includes(stateOf(pid))),
        "the writers stand still",
      );
      await work();
    } finally {
      for (const pid of pids) {
        signal(pid, "SIGCONT");
      }
    }
  }

  /** Ends all of them; what they said before is in the ledger then. */
  async end(): Promise<void> {
    this.#isEnding = true;
    for (const child of this.#writers) {
      child.kill("SIGKILL");
    }
    await eventually(
      () => this.#writers.size + this.#hooks.size === 0,
      "the writers end",
    );
  }
}

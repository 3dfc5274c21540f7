import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/base/clock";
import { nullLogger } from "../../src/base/log";
import type { CliStart } from "../../src/cli/arguments";
import { CliProcess } from "../../src/cli/cliProcess";
import { bundle } from "./bundle";
import type { RunScript } from "./scriptedCliProgram";

export type { RunScript } from "./scriptedCliProgram";

/** A line that the process read: the parts that the tests look at. */
export interface ReceivedLine {
  type: string;
  uuid?: string;
  message?: { content: Record<string, unknown>[] };
  request?: {
    subtype: string;
    hooks?: Record<string, unknown>;
    model?: string;
    mode?: string;
  };
  response?: { subtype: string; request_id: string; error?: string };
}

interface LogEntry {
  started?: string[];
  pid?: number;
  in?: ReceivedLine;
  signal?: string;
}

const isWindows = process.platform === "win32";

/** A folder with a program that passes for the CLI; it is bundled once for all tests. */
export class ScriptedCliProgramFile {
  #folder = "";

  get path(): string {
    return join(this.#folder, isWindows ? "claude.cmd" : "claude");
  }

  async build(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), "failproof-cli-"));
    const entry = "test/fakes/scriptedCliProgram.ts";
    const program = await bundle(entry, this.#folder, "program");
    const shim = isWindows
      ? `@"${process.execPath}" "${program}" %*\r\n`
      : `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`;
    writeFileSync(this.path, shim, { mode: 0o755 });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Starts a real CliProcess on the scripted program, each start with the next of the scripts. */
export class ScriptedCli {
  readonly starts: CliStart[] = [];
  readonly processes: CliProcess[] = [];
  /** Where the agents of the tests work. */
  readonly folder = mkdtempSync(join(tmpdir(), "failproof-work-"));
  readonly #folder = mkdtempSync(join(tmpdir(), "failproof-run-"));

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly scripts: RunScript[],
  ) {}

  readonly start = (start: CliStart): Promise<CliProcess> => {
    const options = this.prepare(this.starts.push(start) - 1);
    const deps = { clock: this.clock, log: nullLogger };
    const cli = new CliProcess(deps, {
      ...start,
      path: this.path,
      env: { ...process.env, FAILPROOF_SCRIPTED_CLI: options },
      hookEvents: ["PreToolUse", "Stop"],
    });
    this.processes.push(cli);
    return Promise.resolve(cli);
  };

  /** What the nth process is told by its environment. */
  prepare(run: number): string {
    const options = join(this.#folder, `options-${run}.json`);
    const log = this.#logOf(run);
    const script = this.scripts[run] ?? {};
    writeFileSync(options, JSON.stringify({ script, log }));
    writeFileSync(log, "");
    return options;
  }

  /** What the nth process has read so far. */
  received(run = 0): ReceivedLine[] {
    return this.#entries(run).flatMap((entry) => entry.in ?? []);
  }

  /** The signals that the nth process has got and ignored. */
  ignoredSignals(run = 0): string[] {
    return this.#entries(run).flatMap((entry) => entry.signal ?? []);
  }

  argumentsOf(run: number): string[] {
    return this.#entries(run).flatMap((entry) => entry.started ?? []);
  }

  /** The ids of the prompts that the nth process has read. */
  prompts(run = 0): string[] {
    return this.received(run)
      .filter(({ type }) => type === "user")
      .map(({ uuid }) => uuid ?? "");
  }

  /** Ends what a failed test left, and waits for it. */
  async remove(): Promise<void> {
    for (const cli of this.processes) {
      cli.dispose();
      await cli.ended;
    }
    for (const folder of [this.folder, this.#folder]) {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #logOf(run: number): string {
    return join(this.#folder, `log-${run}.jsonl`);
  }

  #entries(run: number): LogEntry[] {
    if (run >= this.starts.length) {
      return [];
    }
    return readFileSync(this.#logOf(run), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LogEntry);
  }
}

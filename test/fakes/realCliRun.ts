import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoEnvironment } from "../../scripts/lib/claudeCli.mjs";
import { cleanEnvironment } from "../../scripts/lib/cleanEnvironment.mjs";
import {
  type ScriptedModel,
  startScriptedModel,
} from "../../scripts/lib/scriptedModel.mjs";
import { projectsFolder } from "../../src/session/history/projectFolder";

/** A line of the CLI's output, as far as it is looked at here. */
export interface RunLine {
  type: string;
  subtype?: string;
  session_id?: string;
  errors?: string[];
}

/** The real CLI, one prompt a process: for what it leaves on disk, and what it makes of it. */
export class RealCliRuns {
  private constructor(
    private readonly path: string,
    readonly model: ScriptedModel,
    readonly home: string,
  ) {}

  static async open(path: string): Promise<RealCliRuns> {
    const home = realpathSync(mkdtempSync(join(tmpdir(), "failproof-runs-")));
    return new RealCliRuns(path, await startScriptedModel(), home);
  }

  get projects(): string {
    return projectsFolder(this.#environment, this.home);
  }

  folderNamed(...names: string[]): string {
    const folder = join(this.home, "work", ...names);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Sends a prompt, or any other line, to a process of its own; gives its result line once it has ended. */
  async run(
    cwd: string,
    args: readonly string[],
    ...prompts: (string | object)[]
  ): Promise<RunLine> {
    const cli = spawn(
      this.path,
      [
        ...["--print", "--verbose", "--permission-mode", "acceptEdits"],
        ...["--input-format", "stream-json", "--output-format", "stream-json"],
        ...args,
      ],
      { cwd, env: this.#environment, stdio: ["pipe", "pipe", "ignore"] },
    );
    let output = "";
    cli.stdout
      .setEncoding("utf8")
      .on("data", (text: string) => (output += text));
    // A CLI that refuses its arguments does not read its input: its result says so.
    cli.stdin.on("error", () => undefined);
    for (const prompt of prompts) {
      const line = typeof prompt === "string" ? userLine(prompt) : prompt;
      cli.stdin.write(`${JSON.stringify(line)}\n`);
    }
    cli.stdin.end();
    await new Promise((resolve) => cli.on("close", resolve));
    const lines = output
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as RunLine);
    const result = lines.findLast(({ type }) => type === "result");
    if (!result) {
      throw new Error(`The CLI gave no result: ${output}`);
    }
    return result;
  }

  /** What the model was told of the conversation with the last request: the words of prompts and answers. */
  get told(): string {
    return JSON.stringify(this.model.requests().at(-1)?.body?.messages);
  }

  async remove(): Promise<void> {
    await this.model.stop();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  get #environment(): NodeJS.ProcessEnv {
    const { home, model } = this;
    return {
      ...cleanEnvironment(),
      ...demoEnvironment({ home, baseUrl: model.url }),
    };
  }
}

function userLine(text: string): object {
  return {
    type: "user",
    message: { role: "user", content: [{ type: "text", text }] },
    parent_tool_use_id: null,
    session_id: "",
  };
}

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoEnvironment } from "../../scripts/lib/claudeCli.mjs";
import { cleanEnvironment } from "../../scripts/lib/cleanEnvironment.mjs";
import {
  type ScriptedModel,
  startScriptedModel,
} from "../../scripts/lib/scriptedModel.mjs";

/** The real CLI as people use it in scripts, `claude -p`, with a home of its own and a scripted model. */
export class OneShotCli {
  private constructor(
    private readonly path: string,
    private readonly model: ScriptedModel,
    private readonly root: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** `env` on top of what makes the CLI harmless; it has CLAUDE_CONFIG_DIR for whoever writes its settings. */
  static async open(path: string, env: NodeJS.ProcessEnv): Promise<OneShotCli> {
    const model = await startScriptedModel();
    const root = mkdtempSync(join(tmpdir(), "failproof-oneshot-"));
    mkdirSync(join(root, "work"));
    return new OneShotCli(path, model, root, {
      ...cleanEnvironment(),
      ...demoEnvironment({ home: root, baseUrl: model.url }),
      ...env,
    });
  }

  get configDir(): string {
    return join(this.root, ".claude");
  }

  /** Resolves with the exit code, null for a signal. `onOutput` may signal the process. */
  run(
    prompt: string,
    args: readonly string[] = [],
    onOutput: (text: string, kill: () => void) => void = () => {},
  ): Promise<{ code: number | null; stderr: string }> {
    const child = spawn(
      this.path,
      [
        "-p",
        prompt,
        ...["--output-format", "stream-json", "--verbose"],
        ...args,
      ],
      {
        cwd: join(this.root, "work"),
        env: this.env,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) =>
      onOutput(chunk.toString(), () => child.kill("SIGTERM")),
    );
    return new Promise((resolve) =>
      child.on("close", (code) => resolve({ code, stderr })),
    );
  }

  async remove(): Promise<void> {
    await this.model.stop();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

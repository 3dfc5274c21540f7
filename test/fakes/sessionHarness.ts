import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import type { CliStart } from "../../src/cli/arguments";
import { ConversationHarness } from "./conversationHarness";
import { eventually } from "./eventually";
import { FakeClock } from "./fakeClock";
import { type RunScript, ScriptedCli } from "./scriptedCli";

/** One conversation on the scripted CLI; time stands still. */
export class SessionHarness extends ConversationHarness {
  readonly clock: FakeClock;
  readonly cli: ScriptedCli;
  /** A test may put itself before the start of the CLI. */
  beforeStart: (start: CliStart) => Promise<void> = () => Promise.resolve();

  constructor(path: string, scripts: RunScript[]) {
    const clock = new FakeClock();
    const cli = new ScriptedCli(path, clock, scripts);
    let ids = 0;
    super({
      clock,
      folder: cli.folder,
      newId: () => `id-${++ids}`,
      startCli: async (start) => {
        await this.beforeStart(start);
        return cli.start(start);
      },
    });
    this.clock = clock;
    this.cli = cli;
  }

  /** Another folder than the conversation's. */
  get elsewhere(): string {
    return tmpdir();
  }

  /** Sends prompts whose ids are their texts. */
  send(...prompts: string[]): void {
    for (const prompt of prompts) {
      this.session.send(prompt, prompt);
    }
  }

  /** Waits until the nth process has read so many prompts. */
  async read(prompts: number, run = 0): Promise<void> {
    await eventually(
      () => this.cli.prompts(run).length >= prompts,
      `${prompts} prompts are read`,
    );
  }

  async ended(run = 0): Promise<void> {
    await this.cli.processes[run]?.ended;
    await this.reach("ended");
  }

  async remove(): Promise<void> {
    this.dispose();
    await this.cli.remove();
    assert.equal(this.clock.pending, 0, "Timers that were left");
  }
}

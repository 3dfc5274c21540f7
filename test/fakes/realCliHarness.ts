import { randomUUID } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  demoEnvironment,
  ensureClaudeCli,
} from "../../scripts/lib/claudeCli.mjs";
import { cleanEnvironment } from "../../scripts/lib/cleanEnvironment.mjs";
import {
  type ScriptedModel,
  startScriptedModel,
} from "../../scripts/lib/scriptedModel.mjs";
import { nullLogger } from "../../src/base/log";
import type { CliStart } from "../../src/cli/arguments";
import { CliProcess } from "../../src/cli/cliProcess";
import { systemClock } from "../../src/node/systemClock";
import { ConversationHarness } from "./conversationHarness";
import { chatHookEvents } from "../../src/cli/hookEvents";
import { eventually } from "./eventually";

/** The CLI's path; the reason where it cannot be had, unless that is a failure in itself. */
export async function findRealCli(): Promise<
  { path: string } | { missing: string }
> {
  try {
    return await ensureClaudeCli();
  } catch (error) {
    if (process.env["CI"] === "true") {
      throw error;
    }
    return { missing: String(error) };
  }
}

/** One conversation on the real CLI, which talks to a scripted model and has a home of its own. */
export class RealCliHarness extends ConversationHarness {
  readonly starts: CliStart[];
  readonly processes: CliProcess[];

  private constructor(
    readonly model: ScriptedModel,
    /** Everything that the CLI writes is in here. */
    readonly home: string,
    /** Where the agent works. */
    readonly folder: string,
    path: string,
  ) {
    const starts: CliStart[] = [];
    const processes: CliProcess[] = [];
    super({
      clock: systemClock,
      folder,
      newId: randomUUID,
      startCli: (start) => {
        const cli = new CliProcess(
          { clock: systemClock, log: nullLogger },
          {
            ...start,
            path,
            env: {
              ...cleanEnvironment(),
              ...demoEnvironment({ home, baseUrl: model.url }),
              // As the extension does it: an installed hook is silent then.
              FAILPROOF_CHAT: "1",
            },
            hookEvents: chatHookEvents,
          },
        );
        starts.push(start);
        processes.push(cli);
        return Promise.resolve(cli);
      },
    });
    this.starts = starts;
    this.processes = processes;
  }

  static async open(path: string): Promise<RealCliHarness> {
    const model = await startScriptedModel();
    const root = realpathSync(mkdtempSync(join(tmpdir(), "failproof-real-")));
    const folder = join(root, "work");
    mkdirSync(folder);
    return new RealCliHarness(model, root, folder, path);
  }

  send(text: string): void {
    this.session.send(randomUUID(), text);
  }

  /** Sends a prompt that is answered in two halves, and waits until the first is shown. */
  async sendHalf(gate: string): Promise<void> {
    this.send(`MOCK:gate=${gate}`);
    await this.model.gateReached(gate);
    await eventually(
      () => this.transcript.at(-1) === "text: The first half. ",
      "the first half is shown",
    );
  }

  async answerAsk(decision: "allow" | "deny"): Promise<void> {
    await this.reach("waiting");
    const [ask] = this.session.conversation.asks;
    this.broker.answer(ask?.id ?? "", decision, "chat");
  }

  /** The hooks' names and tools, in the order in which the CLI reported them. */
  get hookNames(): string[] {
    return this.hooks.map((payload) => {
      const { hook_event_name: name, tool_name: tool } = payload as {
        hook_event_name: string;
        tool_name?: string;
      };
      return tool === undefined ? name : `${name} ${tool}`;
    });
  }

  /** Whether the model was told this with the last request. */
  wasTold(words: string): boolean {
    const told = JSON.stringify(this.model.requests().at(-1)?.body?.messages);
    return told.includes(words);
  }

  /** Waits until the CLI has these words on disk: it writes them a little later than it says them. */
  async written(words: string): Promise<void> {
    const folder = join(this.home, ".claude", "projects");
    await eventually(
      () =>
        readdirSync(folder, { recursive: true, encoding: "utf8" })
          .filter((file) => file.endsWith(".jsonl"))
          .some((file) =>
            readFileSync(join(folder, file), "utf8").includes(words),
          ),
      `the CLI has written ${words}`,
    );
  }

  async remove(): Promise<void> {
    this.dispose();
    await Promise.all(this.processes.map(({ ended }) => ended));
    await this.model.stop();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

// @ts-check
// What is recorded: each scenario is played with the real CLI and the scripted model.
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";

/** @typedef {import('./recordedCli.mjs').RecordedCli} RecordedCli */

/**
 * @typedef {object} Stage
 * @property {(session?: string, how?: '--session-id' | '--resume', more?: string[]) => RecordedCli} start
 * @property {import('../lib/scriptedModel.mjs').ScriptedModel} model
 * @property {string} folder Where the agent works.
 */

/**
 * @typedef {object} Scenario
 * @property {(stage: Stage) => Promise<void>} play
 * @property {string[]} [args] For the CLI, besides what it always gets.
 * @property {Record<string, string>} [env]
 * @property {boolean} [isAlone] Nobody is there to be asked for permission.
 * @property {boolean} [isKept] Whether what is on disk afterwards becomes a fixture, too.
 */

/** A red pixel. */
const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** @param {unknown} updatedInput */
const allow = (updatedInput) => ({ behavior: "allow", updatedInput });
const deny = () => ({ behavior: "deny", message: "The user said no." });

/**
 * One prompt in one process.
 * @param {string} prompt
 * @param {(cli: RecordedCli, stage: Stage) => Promise<void>} [meanwhile]
 * @returns {Scenario}
 */
const turn = (prompt, meanwhile) => ({
  async play(stage) {
    const cli = stage.start();
    const { done } = cli.prompt(prompt);
    await meanwhile?.(cli, stage);
    await done;
    await cli.end();
  },
});

/**
 * Prompts one after the other in one process.
 * @param {string[]} prompts
 * @returns {Scenario}
 */
const turns = (...prompts) => ({
  async play({ start }) {
    const cli = start();
    for (const prompt of prompts) await cli.prompt(prompt).done;
    await cli.end();
  },
});

/** @param {Scenario} scenario */
const kept = (scenario) => ({ ...scenario, isKept: true });

const json = JSON.stringify;
const subagent = (/** @type {boolean} */ run_in_background) =>
  `MOCK:use=Agent ${json({
    description: "Look around",
    prompt: run_in_background
      ? "MOCK:bash=sleep 1"
      : "MOCK:bash=touch from-subagent.txt",
    subagent_type: "general-purpose",
    run_in_background,
  })}`;
const todoSteps = [
  `TaskCreate ${json({ subject: "Look", description: "Look at it", activeForm: "Looking" })}`,
  `TaskCreate ${json({ subject: "Mend", description: "Mend it", activeForm: "Mending" })}`,
  `TaskUpdate ${json({ taskId: "1", status: "in_progress" })}`,
  `TaskUpdate ${json({ taskId: "1", status: "completed" })}`,
  `TaskUpdate ${json({ taskId: "2", subject: "Mend all of it", addBlockedBy: ["1"] })}`,
  `TaskList ${json({})}`,
];
const question = {
  question: "Which color?",
  header: "Color",
  multiSelect: false,
  options: [
    { label: "Red", description: "Like a rose" },
    { label: "Blue", description: "Like the sea" },
  ],
};
/** @param {string} command */
const hook = (command) => [{ hooks: [{ type: "command", command }] }];
const hookSettings = json({
  hooks: {
    UserPromptSubmit: hook("echo said by the hook"),
    PreToolUse: hook(
      "grep -q forbidden && { echo not this one >&2; exit 2; } || exit 0",
    ),
    PostToolUse: hook("echo it broke >&2; exit 1"),
    Stop: hook("true"),
  },
});

/** @type {Record<string, Scenario>} */
export const scenarios = {
  plain: kept(turn("MOCK:chunks=1")),
  chunks: turn("MOCK:chunks=6"),
  think: kept(turn("MOCK:think")),
  bashAllowed: kept(
    turn("MOCK:bash=touch made.txt", (cli) => cli.answer(allow)),
  ),
  bashDenied: kept(
    turn("MOCK:bash=touch denied.txt", (cli) => cli.answer(deny)),
  ),
  bashDeniedByMode: {
    ...turn("MOCK:bash=touch denied.txt"),
    isAlone: true,
  },
  bashFails: kept(turn("MOCK:bash=cat nothing.txt")),
  writeAllowed: turn("MOCK:write=written.txt", (cli) => cli.answer(allow)),
  edit: kept({
    async play(stage) {
      writeFileSync(path.join(stage.folder, "poem.txt"), "one\ntwo\nthree\n");
      await turn("MOCK:edit=poem.txt|two|zwei", (cli) =>
        cli.answer(allow),
      ).play(stage);
    },
  }),
  image: kept({
    async play({ start, folder }) {
      writeFileSync(
        path.join(folder, "pixel.png"),
        Buffer.from(pixel, "base64"),
      );
      const cli = start();
      const source = { type: "base64", media_type: "image/png", data: pixel };
      await cli.prompt("MOCK:chunks=1", [{ type: "image", source }]).done;
      await cli.prompt("MOCK:read=pixel.png").done;
      await cli.end();
    },
  }),
  twoTools: turn("MOCK:two=touch one.txt|touch two.txt", async (cli) => {
    await cli.answer(allow);
    await cli.answer(deny);
  }),
  longTool: turn("MOCK:bash=sleep 4", async (cli) => {
    await cli.said("task_started");
  }),
  subagent: kept({
    ...turn(subagent(false), (cli) => cli.answer(allow)),
    args: ["--forward-subagent-text"],
  }),
  subagentInBackground: {
    args: ["--forward-subagent-text"],
    async play({ start }) {
      const cli = start();
      await cli.prompt(subagent(true)).done;
      await cli.said("task_notification");
      // The turn that nobody has asked for.
      await cli.said("result");
      await cli.end();
    },
  },
  todos: kept({
    ...turn(`MOCK:steps=${todoSteps.join(" ; ")}`),
    env: { CLAUDE_CODE_ENABLE_TODO_TOOLS: "1" },
  }),
  askUser: kept(
    turn(`MOCK:use=AskUserQuestion ${json({ questions: [question] })}`, (cli) =>
      cli.answer((input) =>
        allow({ ...Object(input), answers: { "Which color?": "Blue" } }),
      ),
    ),
  ),
  planMode: kept({
    ...turn(
      `MOCK:use=ExitPlanMode ${json({ plan: "# Plan\n1. Do it" })}`,
      (cli) =>
        cli.answer((input) => ({
          ...allow(input),
          updatedPermissions: [
            { type: "setMode", mode: "acceptEdits", destination: "session" },
          ],
        })),
    ),
    args: ["--permission-mode", "plan"],
  }),
  hooks: {
    args: ["--include-hook-events", "--settings", hookSettings],
    async play({ start }) {
      const cli = start();
      await cli.prompt("MOCK:bash=echo fine").done;
      await cli.prompt("MOCK:bash=echo forbidden").done;
      await cli.end();
    },
  },
  midstreamError: turn("MOCK:midstream"),
  midToolError: turn("MOCK:midtool=echo whole"),
  error400: kept(turn("MOCK:err=400")),
  error401: turn("MOCK:err=401"),
  error401Interrupted: turn("MOCK:err=401", async (cli) => {
    await cli.said("api_retry");
    cli.request({ subtype: "interrupt" });
  }),
  error429Once: turn("MOCK:err1=429"),
  error500: turn("MOCK:err=500"),
  rateLimit: {
    ...turn("MOCK:ratelimit"),
    env: {
      ANTHROPIC_API_KEY: "",
      CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-a-dummy-that-is-no-token",
    },
  },
  hangInterrupted: turn("MOCK:hang", async (cli) => {
    await cli.said("status");
    cli.request({ subtype: "interrupt" });
  }),
  interruptStreaming: kept({
    async play({ start, model }) {
      const cli = start();
      const first = cli.prompt("MOCK:gate=interrupted");
      await Promise.all([model.gateReached("interrupted"), cli.delta()]);
      cli.request({ subtype: "interrupt" });
      await first.done;
      await cli.prompt("MOCK:chunks=1").done;
      await cli.end();
    },
  }),
  interruptAsk: kept(
    turn("MOCK:bash=touch asked.txt", async (cli) => {
      await cli.asked();
      cli.request({ subtype: "interrupt" });
    }),
  ),
  interruptTool: turn("MOCK:bash=sleep 20", async (cli) => {
    await cli.said("task_started");
    cli.request({ subtype: "interrupt" });
  }),
  twoPrompts: turns("MOCK:chunks=2", "MOCK:chunks=3"),
  echoed: kept({
    ...turns("MOCK:chunks=1", "MOCK:chunks=1"),
    args: ["--replay-user-messages"],
  }),
  compactManual: kept(
    turns("MOCK:chunks=1", "MOCK:chunks=2", "/compact", "MOCK:chunks=3"),
  ),
  compactAuto: kept({
    ...turns("MOCK:chunks=1", "MOCK:usage=990000", "MOCK:chunks=2"),
    env: { CLAUDE_CODE_AUTO_COMPACT_WINDOW: "100000" },
  }),
  clear: turns("MOCK:chunks=1", "/clear", "MOCK:chunks=2"),
  modeAndModel: {
    async play({ start }) {
      const cli = start();
      await cli.prompt("MOCK:chunks=1").done;
      cli.request({ subtype: "set_permission_mode", mode: "acceptEdits" });
      await cli.said("control_response");
      cli.request({ subtype: "set_model", model: "other-model" });
      await cli.said("control_response");
      await cli.prompt("MOCK:chunks=2").done;
      await cli.end();
    },
  },
  fork: {
    async play({ start }) {
      const session = randomUUID();
      const first = start(session);
      await first.prompt("MOCK:chunks=1").done;
      await first.end();
      const fork = start(session, "--resume", ["--fork-session"]);
      await fork.prompt("MOCK:chunks=2").done;
      await fork.end();
    },
  },
  killAndResume: {
    async play({ start, model }) {
      const session = randomUUID();
      const killed = start(session);
      await killed.prompt("MOCK:chunks=1").done;
      killed.prompt("MOCK:gate=killed").done.catch(() => {
        // It is killed before.
      });
      await Promise.all([model.gateReached("killed"), killed.delta()]);
      await killed.kill();
      const resumed = start(session, "--resume");
      await resumed.prompt("MOCK:chunks=2").done;
      await resumed.end();
    },
  },
  resumeForgotten: {
    async play({ start }) {
      await start(randomUUID(), "--resume").ended;
    },
  },
};

// @ts-check
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  demoEnvironment,
  ensureClaudeCli,
} from "../../../scripts/lib/claudeCli.mjs";
import { cleanEnvironment } from "../../../scripts/lib/cleanEnvironment.mjs";
import { ensureNode } from "../../../scripts/lib/node.mjs";
import { startScriptedModel } from "../../../scripts/lib/scriptedModel.mjs";
import { first } from "../lib/cliLines.mjs";
import { loadProduct } from "../lib/product.mjs";
import { median } from "../lib/statistics.mjs";
import { signedInHome } from "../skeleton/hook.mjs";
import { builtHook } from "./hook.mjs";

/** @typedef {import("../../../src/cli/cliProcess").CliProcess} CliProcess */
/** @typedef {import("../../../scripts/lib/scriptedModel.mjs").ScriptedModel} ScriptedModel */

/**
 * A tool call: from the model's last word of its answer, which asks for the
 * tool, to its next request, which brings the result. A turn: from the prompt
 * to its end. Milliseconds.
 * @typedef {{callMs: number, turnMs: number}} Times
 */

const turns = 40;
const warmUpTurns = 4;
/** A model takes longer; what a hook does after the call is done by then. */
const pauseMs = 500;
const prompt = "MOCK:bash=echo measured";
const settings = { permissions: { allow: ["Bash"] } };

/**
 * A Bash call in the real CLI with our hooks and without, in turns: the hook
 * as it is installed, and the callbacks of the chat.
 * @param {import("../../../scripts/bench.mjs").Report} report
 */
export async function measureAgentWait(report) {
  console.error(`What the agent waits, ${turns} tool calls each…`);
  const model = await startScriptedModel();
  /** @type {CliProcess[]} */
  const processes = [];
  try {
    const bare = await start(model, processes, {});
    const pairs = {
      agent_wait_added: await start(model, processes, { isInstalled: true }),
      agent_wait_added_chat: await start(model, processes, { isChat: true }),
    };
    for (const [metric, ours] of Object.entries(pairs)) {
      const { added, addedTurn } = await compare(model, bare, ours);
      console.error(`${metric}, of a whole turn: ${addedTurn.toFixed(1)} ms`);
      report({ metric: `${metric}_ms`, value: added, unit: "ms", n: turns });
    }
  } finally {
    await Promise.all(processes.map((cli) => cli.stop()));
    await model.stop();
  }
}

/**
 * A process of the CLI with a home of its own.
 * @param {ScriptedModel} model
 * @param {CliProcess[]} processes
 * @param {{isInstalled?: boolean, isChat?: boolean}} how
 * @returns {Promise<{cli: CliProcess, pending: string | undefined}>}
 */
async function start(model, processes, { isInstalled, isChat }) {
  const product = await loadProduct();
  const folder = mkdtempSync(path.join(tmpdir(), "wait-"));
  const { paths, pending } = await signedInHome(folder);
  const env = {
    ...cleanEnvironment(),
    ...demoEnvironment({ home: folder, baseUrl: model.url }),
    CLAUDE_CONFIG_DIR: path.join(folder, ".claude"),
    FAILPROOFAI_HOME: paths.home,
    ...(isChat ? { FAILPROOF_CHAT: "1" } : {}),
  };
  const cwd = path.join(folder, "work");
  mkdirSync(cwd);
  mkdirSync(env.CLAUDE_CONFIG_DIR);
  const file = path.join(env.CLAUDE_CONFIG_DIR, "settings.json");
  writeFileSync(file, JSON.stringify(settings));
  const clock = product.systemClock;
  if (isInstalled) {
    const nodes = [(await ensureNode()).path];
    const builtScript = await builtHook();
    await product.installHooks(
      { home: paths.home, builtScript, nodes, clock, env },
      { kind: "user" },
    );
  }
  const { path: cliPath } = await ensureClaudeCli();
  const cli = new product.CliProcess(
    { clock, log: product.nullLogger },
    {
      path: cliPath,
      ...{ env, session: { kind: "new", id: randomUUID() } },
      options: product.defaultOptions(cwd),
      hookEvents: isChat ? product.chatHookEvents : [],
    },
  );
  processes.push(cli);
  cli.onLine((line) => {
    if (line.type !== "control_request") return;
    if (line.request.subtype !== "hook_callback")
      return void cli.refuse(line.request_id, "Not in a benchmark.");
    // As the conversation does: answered at once, recorded then.
    cli.respond(line.request_id, {});
    const { input } = line.request;
    product.captureHookPayload({ paths, clock }, input, undefined, "chat");
  });
  return { cli, pending: isInstalled || isChat ? pending : undefined };
}

/**
 * @param {ScriptedModel} model
 * @param {{cli: CliProcess}} bare
 * @param {{cli: CliProcess, pending: string | undefined}} ours
 */
async function compare(model, bare, ours) {
  /** @type {Times[]} */
  const without = [];
  /** @type {Times[]} */
  const withOurs = [];
  for (let round = 0; round < warmUpTurns + turns; round++) {
    const pair = /** @type {const} */ ([
      [bare.cli, without],
      [ours.cli, withOurs],
    ]);
    for (const [cli, times] of round % 2 ? pair : pair.toReversed()) {
      const measured = await turn(model, cli);
      if (round >= warmUpTurns) times.push(measured);
      await delay(pauseMs);
    }
  }
  const calls = readFileSync(ours.pending ?? "", "utf8").split('"PostToolUse"');
  if (calls.length - 1 !== warmUpTurns + turns)
    throw new Error(`${calls.length - 1} calls were recorded, not all.`);
  /** @param {keyof Times} name */
  const difference = (name) =>
    median(withOurs.map((times) => times[name])) -
    median(without.map((times) => times[name]));
  return { added: difference("callMs"), addedTurn: difference("turnMs") };
}

/**
 * @param {ScriptedModel} model
 * @param {CliProcess} cli
 * @returns {Promise<Times>}
 */
async function turn(model, cli) {
  const known = new Set(model.requests());
  const uuid = randomUUID();
  const startedMs = performance.now();
  if (!cli.sendPrompt({ id: uuid, text: prompt, images: [] }))
    throw new Error("The CLI takes no prompt.");
  const endedMs = await first(
    cli,
    (line) =>
      line.type === "command_lifecycle" &&
      line.command_uuid === uuid &&
      line.state === "completed",
  );
  const [asking, bringing, ...others] = model
    .requests()
    .filter((request) => !known.has(request) && request.body?.tools?.length);
  if (!asking || !bringing || others.length > 0)
    throw new Error("A turn was to be two requests.");
  return {
    callMs: bringing.receivedMs - asking.answeredMs,
    turnMs: endedMs - startedMs,
  };
}

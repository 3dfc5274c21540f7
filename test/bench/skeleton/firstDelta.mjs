// @ts-check
import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  demoEnvironment,
  ensureClaudeCli,
} from "../../../scripts/lib/claudeCli.mjs";
import { cleanEnvironment } from "../../../scripts/lib/cleanEnvironment.mjs";
import { makeSampleWorkspace } from "../../../scripts/lib/sampleWorkspace.mjs";
import { startScriptedModel } from "../../../scripts/lib/scriptedModel.mjs";
import { RecordedCli } from "../../../scripts/recorder/recordedCli.mjs";
import { first } from "../lib/cliLines.mjs";
import { loadProduct } from "../lib/product.mjs";
import { median } from "../lib/statistics.mjs";

/** @typedef {import("../../../src/cli/cliProcess").CliProcess} CliProcess */
/** @typedef {import("../../../src/cli/wire").WireLine} WireLine */

/** @typedef {{coldMs: number, secondMs: number}} Times */

const conversations = 15;
const prompt = "MOCK:chunks=3";
/** A user reads the answer before the next prompt; the CLI has tidied up by then. */
const readingMs = 500;

/**
 * The real CLI in front of a model that answers at once, through the
 * extension's own CliProcess: two prompts in each of several new processes.
 * @param {import("../../../scripts/bench.mjs").Report} report
 */
export async function measureFirstDelta(report) {
  console.error(`The first words of an answer, ${conversations} times…`);
  const { path: cliPath } = await ensureClaudeCli();
  const product = await loadProduct();
  const { CliProcess, chatHookEvents, nullLogger, systemClock } = product;
  const folder = mkdtempSync(path.join(tmpdir(), "delta-"));
  const cwd = await makeSampleWorkspace(path.join(folder, "greeter"));
  const model = await startScriptedModel();
  const home = path.join(folder, "home");
  const env = {
    ...cleanEnvironment(),
    ...demoEnvironment({ home, baseUrl: model.url }),
    FAILPROOF_CHAT: "1",
  };
  const places = { path: cliPath, cwd, env };
  const deps = { clock: systemClock, log: nullLogger };
  /** @type {() => CliProcess} */
  const start = () => {
    const id = randomUUID();
    const session = { kind: /** @type {const} */ ("new"), id };
    return new CliProcess(deps, {
      ...{ path: cliPath, env, session, hookEvents: chatHookEvents },
      options: product.defaultOptions(cwd),
    });
  };
  const startBare = () =>
    new RecordedCli({ ...places, lines: [] }, "--session-id", randomUUID());
  try {
    const { ours, bare } = await inTurns(start, startBare);
    console.error(
      `The CLI without us, medians in ms: cold ${bare.cold.toFixed(1)}, second ${bare.second.toFixed(1)}`,
    );
    const values = {
      first_delta_cold_ms: ours.cold,
      first_delta_second_prompt_ms: ours.second,
    };
    for (const [metric, value] of Object.entries(values)) {
      report({ metric, value, unit: "ms", n: conversations });
    }
  } finally {
    await model.stop();
  }
}

/**
 * @param {() => CliProcess} start
 * @param {() => RecordedCli} startBare
 */
async function inTurns(start, startBare) {
  /** @type {Times[]} */
  const ours = [];
  /** @type {Times[]} */
  const bare = [];
  // The first one makes its HOME, as it does once in a user's life: not counted.
  await bareConversation(startBare);
  for (let count = 0; count < conversations; count++) {
    ours.push(await conversation(start));
    bare.push(await bareConversation(startBare));
  }
  return { ours: medians(ours), bare: medians(bare) };
}

/** @param {Times[]} all */
const medians = (all) => ({
  cold: median(all.map(({ coldMs }) => coldMs)),
  second: median(all.map(({ secondMs }) => secondMs)),
});

/**
 * @param {() => CliProcess} start
 * @returns {Promise<Times>}
 */
async function conversation(start) {
  const spawnedMs = performance.now();
  const cli = start();
  answerHooks(cli);
  try {
    const coldMs = (await turn(cli)) - spawnedMs;
    await delay(readingMs);
    const promptedMs = performance.now();
    const secondMs = (await turn(cli)) - promptedMs;
    return { coldMs, secondMs };
  } finally {
    await cli.stop();
  }
}

/**
 * The same with no code of the extension and no hooks: what the CLI alone takes.
 * @param {() => RecordedCli} start
 * @returns {Promise<Times>}
 */
async function bareConversation(start) {
  const spawnedMs = performance.now();
  const cli = start();
  try {
    const coldMs = (await bareTurn(cli)) - spawnedMs;
    await delay(readingMs);
    const promptedMs = performance.now();
    const secondMs = (await bareTurn(cli)) - promptedMs;
    return { coldMs, secondMs };
  } finally {
    await cli.end();
  }
}

/** @param {RecordedCli} cli */
async function bareTurn(cli) {
  const [deltaMs] = await Promise.all([
    cli.delta().then(() => performance.now()),
    cli.prompt(prompt).done,
  ]);
  return deltaMs;
}

/**
 * As the conversation does: with nothing, at once.
 * @param {CliProcess} cli
 */
function answerHooks(cli) {
  cli.onLine((line) => {
    if (line.type !== "control_request") return;
    if (line.request.subtype === "hook_callback")
      cli.respond(line.request_id, {});
    else cli.refuse(line.request_id, "Not in a benchmark.");
  });
}

/**
 * Writes a prompt and sees its turn through.
 * @param {CliProcess} cli
 * @returns {Promise<number>} When its first text came.
 */
async function turn(cli) {
  const uuid = randomUUID();
  if (!cli.sendPrompt({ id: uuid, text: prompt, images: [] }))
    throw new Error("The CLI takes no prompt.");
  const [deltaMs] = await Promise.all([
    first(cli, isTextDelta),
    first(
      cli,
      (line) =>
        line.type === "command_lifecycle" &&
        line.command_uuid === uuid &&
        line.state === "completed",
    ),
  ]);
  return deltaMs;
}

/** @param {WireLine} line */
const isTextDelta = (line) =>
  line.type === "stream_event" &&
  line.event.type === "content_block_delta" &&
  line.event.delta.type === "text_delta";

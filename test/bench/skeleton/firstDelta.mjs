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
import { loadProduct } from "../lib/product.mjs";
import { median } from "../lib/statistics.mjs";

/** @typedef {import("../../../src/cli/cliProcess").CliProcess} CliProcess */
/** @typedef {import("../../../src/cli/wire").KnownLine} KnownLine */

const conversations = 15;
/** A user reads the answer before the next prompt; the CLI has tidied up by then. */
const readingMs = 500;
const limitMs = 30_000;

/** As src/host/cliStarter.ts asks for them: the CLI waits for our answer to some before it goes on. */
const hookEvents = [
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
  "Notification",
  "Stop",
  "SubagentStop",
  "PreCompact",
  "SessionEnd",
];

/**
 * The real CLI in front of a model that answers at once, through the
 * extension's own CliProcess: two prompts in each of several new processes.
 * @param {import("../../../scripts/bench.mjs").Report} report
 */
export async function measureFirstDelta(report) {
  console.error(`The first words of an answer, ${conversations} times…`);
  const { path: cliPath } = await ensureClaudeCli();
  const { CliProcess, nullLogger, systemClock } = await loadProduct();
  const folder = mkdtempSync(path.join(tmpdir(), "delta-"));
  const cwd = await makeSampleWorkspace(path.join(folder, "greeter"));
  const model = await startScriptedModel();
  const home = path.join(folder, "home");
  const env = {
    ...cleanEnvironment(),
    ...demoEnvironment({ home, baseUrl: model.url }),
    FAILPROOF_CHAT: "1",
  };
  const start = () =>
    new CliProcess(
      { clock: systemClock, log: nullLogger },
      {
        ...{ path: cliPath, cwd, env, hookEvents },
        session: { kind: "new", id: randomUUID() },
      },
    );
  try {
    // The first one makes its HOME, as it does once in a user's life: not counted.
    await conversation(start);
    const times = [];
    for (let count = 0; count < conversations; count++) {
      times.push(await conversation(start));
    }
    const n = conversations;
    const cold = median(times.map((time) => time.coldMs));
    const second = median(times.map((time) => time.secondMs));
    report({ metric: "first_delta_cold_ms", value: cold, unit: "ms", n });
    const metric = "first_delta_second_prompt_ms";
    report({ metric, value: second, unit: "ms", n });
  } finally {
    await model.stop();
  }
}

/** @param {() => CliProcess} start */
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
  if (!cli.sendPrompt(uuid, "MOCK:chunks=3"))
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

/** @param {KnownLine} line */
const isTextDelta = (line) =>
  line.type === "stream_event" &&
  line.event.type === "content_block_delta" &&
  line.event.delta.type === "text_delta";

/**
 * @param {CliProcess} cli
 * @param {(line: KnownLine) => boolean} isIt
 * @returns {Promise<number>} When the first line came that fits.
 */
async function first(cli, isIt) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {import("../../../src/base/lifecycle").DisposableLike | undefined} */
  let subscription;
  try {
    return await new Promise((resolve, reject) => {
      /** @param {string} why */
      const fail = (why) => reject(new Error(why));
      subscription = cli.onLine((line) => {
        if (isIt(line)) resolve(performance.now());
      });
      timer = setTimeout(() => fail(`${limitMs} ms passed.`), limitMs);
      void cli.ended.then(({ stderrTail }) =>
        fail(`The CLI ended in the middle of a turn. ${stderrTail}`),
      );
    });
  } finally {
    clearTimeout(timer);
    subscription?.dispose();
  }
}

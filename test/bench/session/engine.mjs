// @ts-check
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import {
  demoEnvironment,
  ensureClaudeCli,
} from "../../../scripts/lib/claudeCli.mjs";
import { cleanEnvironment } from "../../../scripts/lib/cleanEnvironment.mjs";
import { makeSampleWorkspace } from "../../../scripts/lib/sampleWorkspace.mjs";
import { startScriptedModel } from "../../../scripts/lib/scriptedModel.mjs";
import { median } from "../lib/statistics.mjs";
import { ensureAgentSdk } from "./agentSdk.mjs";
import { firstDeltaMs, openConversations } from "./conversations.mjs";

const rounds = 12;
const prompt = "MOCK:chunks=3";
/** A user reads the answer before the next prompt; the CLI has tidied up by then. */
const readingMs = 500;

/** @typedef {{path: string, cwd: string, env: NodeJS.ProcessEnv}} Cli */

/**
 * From a prompt to the first words of its answer, on five ways, by turns: the
 * extension with nothing started, with a process in advance, and with its
 * second prompt; a process for each prompt; and the vendor's SDK, one query
 * for each prompt.
 * @param {import("../../../scripts/bench.mjs").Report} report
 */
export async function measureEngine(report) {
  console.error(`The first words of an answer, ${rounds} times on five ways…`);
  const { path: cliPath } = await ensureClaudeCli();
  const query = await ensureAgentSdk();
  const folder = mkdtempSync(path.join(tmpdir(), "engine-"));
  const cwd = await makeSampleWorkspace(path.join(folder, "greeter"));
  const model = await startScriptedModel();
  const home = path.join(folder, "home");
  const env = {
    ...cleanEnvironment(),
    ...demoEnvironment({ home, baseUrl: model.url }),
    FAILPROOF_CHAT: "1",
  };
  const cli = { path: cliPath, cwd, env };
  try {
    // The first process makes its HOME, as it does once in a user's life: not counted.
    const stored = await storedSession(cli);
    /** @type {Record<string, number[]>} */
    const times = {};
    for (let round = 0; round < rounds; round++) {
      const measured = {
        ...(await ours(cli)),
        resume_per_prompt: await processPerPrompt(cli, stored),
        sdk_query: await sdkQuery(query, cli, stored),
      };
      for (const [name, value] of Object.entries(measured))
        (times[name] ??= []).push(value);
    }
    for (const [name, values] of Object.entries(times)) {
      const metric = `first_delta_${name}_ms`;
      report({ metric, value: median(values), unit: "ms", n: values.length });
    }
  } finally {
    await model.stop();
  }
}

/** @param {Cli} cli */
async function ours(cli) {
  const conversations = await openConversations(cli);
  try {
    const cold = await firstDeltaMs(conversations.create(), prompt);
    await conversations.prewarm();
    const session = conversations.create();
    await delay(readingMs);
    const prewarmed = await firstDeltaMs(session, prompt);
    await delay(readingMs);
    const second_prompt = await firstDeltaMs(session, prompt);
    return { cold, prewarmed, second_prompt };
  } finally {
    await conversations.close();
  }
}

const streamJson = [
  ...["--print", "--verbose", "--include-partial-messages"],
  ...["--input-format", "stream-json", "--output-format", "stream-json"],
];

/**
 * A conversation for the others to go on with.
 * @param {Cli} cli
 */
async function storedSession(cli) {
  const id = randomUUID();
  await onePrompt(cli, ["--session-id", id]);
  return id;
}

/**
 * @param {Cli} cli
 * @param {string} session
 */
const processPerPrompt = (cli, session) =>
  onePrompt(cli, ["--resume", session]);

/**
 * With no code of the extension: the prompt is written as soon as the process is there.
 * @param {Cli} cli
 * @param {string[]} args
 */
async function onePrompt({ path: program, cwd, env }, args) {
  const startedMs = performance.now();
  const child = spawn(program, [...streamJson, ...args], {
    ...{ cwd, env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const content = [{ type: "text", text: prompt }];
  const message = { role: "user", content };
  const line = { type: "user", message, parent_tool_use_id: null };
  child.stdin.end(`${JSON.stringify({ ...line, session_id: "" })}\n`);
  let deltaMs = NaN;
  createInterface({ input: child.stdout }).on("line", (text) => {
    if (Number.isNaN(deltaMs) && isTextDelta(JSON.parse(text)))
      deltaMs = performance.now() - startedMs;
  });
  const [code] = await once(child, "close");
  if (code !== 0 || Number.isNaN(deltaMs))
    throw new Error(`The CLI gave no answer (exit code ${code}).`);
  return deltaMs;
}

/**
 * @param {import("./agentSdk.mjs").Query} query
 * @param {Cli} cli
 * @param {string} session
 */
async function sdkQuery(query, { path: program, cwd, env }, session) {
  const startedMs = performance.now();
  let deltaMs = NaN;
  const options = {
    ...{ cwd, env, resume: session, includePartialMessages: true },
    pathToClaudeCodeExecutable: program,
  };
  for await (const line of query({ prompt, options }))
    if (Number.isNaN(deltaMs) && isTextDelta(line))
      deltaMs = performance.now() - startedMs;
  if (Number.isNaN(deltaMs)) throw new Error("The SDK gave no answer.");
  return deltaMs;
}

/** @param {any} line */
const isTextDelta = (line) => line.event?.delta?.type === "text_delta";

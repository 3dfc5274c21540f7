// @ts-check
/**
 * Records what the real Claude CLI says in each of the scenarios below, into
 * test/fixtures/cli/NAME.jsonl, trimmed. The CLI's licence does not allow its
 * words to be committed: read what this has written before you commit it.
 * `node scripts/record.mjs [NAME…]` records only those.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureDependencies, root } from "./lib/bootstrap.mjs";
import { demoEnvironment, ensureClaudeCli } from "./lib/claudeCli.mjs";
import { cleanEnvironment } from "./lib/cleanEnvironment.mjs";
import { startScriptedModel } from "./lib/scriptedModel.mjs";
import { RecordedCli } from "./recorder/recordedCli.mjs";
import { trimRecording } from "./recorder/trim.mjs";

/** @typedef {import('./recorder/recordedCli.mjs').RecordedLine} RecordedLine */

/**
 * @typedef {object} Stage
 * @property {(session?: string, how?: '--session-id' | '--resume') => RecordedCli} start
 * @property {import('./lib/scriptedModel.mjs').ScriptedModel} model
 */

const longestFixture = 60_000;

/** @param {unknown} updatedInput */
const allow = (updatedInput) => ({ behavior: "allow", updatedInput });
const deny = () => ({ behavior: "deny", message: "The user said no." });

/**
 * One prompt in one process.
 * @param {string} prompt
 * @param {(cli: RecordedCli) => Promise<void>} [meanwhile]
 * @returns {(stage: Stage) => Promise<void>}
 */
const turn = (prompt, meanwhile) => async (stage) => {
  const cli = stage.start();
  const { done } = cli.prompt(prompt);
  await meanwhile?.(cli);
  await done;
  await cli.end();
};

/** @type {Record<string, (stage: Stage) => Promise<void>>} */
const scenarios = {
  plain: turn("MOCK:chunks=1"),
  chunks: turn("MOCK:chunks=6"),
  think: turn("MOCK:think"),
  bashAllowed: turn("MOCK:bash=touch made.txt", (cli) => cli.answer(allow)),
  bashDenied: turn("MOCK:bash=touch denied.txt", (cli) => cli.answer(deny)),
  writeAllowed: turn("MOCK:write=written.txt", (cli) => cli.answer(allow)),
  twoTools: turn("MOCK:two=touch one.txt|touch two.txt", async (cli) => {
    await cli.answer(allow);
    await cli.answer(deny);
  }),
  midstreamError: turn("MOCK:midstream"),
  error401: turn("MOCK:err=401"),
  error401Interrupted: turn("MOCK:err=401", async (cli) => {
    await cli.next(({ data }) => data.subtype === "api_retry");
    cli.request({ subtype: "interrupt" });
  }),
  interruptStreaming: async ({ start, model }) => {
    const cli = start();
    const first = cli.prompt("MOCK:gate=interrupted");
    await Promise.all([model.gateReached("interrupted"), cli.delta()]);
    cli.request({ subtype: "interrupt" });
    await first.done;
    await cli.prompt("MOCK:chunks=1").done;
    await cli.end();
  },
  interruptAsk: turn("MOCK:bash=touch asked.txt", async (cli) => {
    await cli.asked();
    cli.request({ subtype: "interrupt" });
  }),
  twoPrompts: async ({ start }) => {
    const cli = start();
    await cli.prompt("MOCK:chunks=2").done;
    await cli.prompt("MOCK:chunks=3").done;
    await cli.end();
  },
  killAndResume: async ({ start, model }) => {
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
  resumeForgotten: async ({ start }) => {
    await start(randomUUID(), "--resume").ended;
  },
};

/**
 * @param {string} name
 * @param {string} cliPath
 */
async function record(name, cliPath) {
  const scenario = scenarios[name];
  if (!scenario) throw new Error(`There is no scenario ${name}.`);
  const places = {
    cwd: mkdtempSync(path.join(tmpdir(), "failproof-record-work-")),
    home: mkdtempSync(path.join(tmpdir(), "failproof-record-home-")),
  };
  const model = await startScriptedModel();
  try {
    /** @type {RecordedLine[]} */
    const lines = [];
    const env = {
      ...cleanEnvironment(),
      ...demoEnvironment({ home: places.home, baseUrl: model.url }),
      // A refused key is tried again once, not ten times.
      CLAUDE_CODE_MAX_RETRIES: "1",
    };
    const circumstances = { path: cliPath, cwd: places.cwd, env, lines };
    await scenario({
      model,
      start: (session = randomUUID(), how = "--session-id") =>
        new RecordedCli(circumstances, how, session),
    });
    write(name, trimRecording(lines, places));
  } finally {
    await model.stop();
    for (const place of Object.values(places))
      rmSync(place, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {RecordedLine[]} lines
 */
function write(name, lines) {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  if (text.length > longestFixture)
    throw new Error(`${name} is too long for a fixture: ${text.length}`);
  const folder = path.join(root, "test/fixtures/cli");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.jsonl`), text);
  console.log(`${name}: ${lines.length} lines, ${text.length} characters`);
}

await ensureDependencies();
const { path: cliPath } = await ensureClaudeCli();
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(scenarios))
  await record(name, cliPath);

// @ts-check
/**
 * Records what the real Claude CLI says in each of the scenarios of
 * recorder/scenarios.mjs, into test/fixtures/cli/NAME.jsonl, and what it has on
 * disk afterwards, into test/fixtures/stored/NAME.jsonl; both trimmed. The CLI's licence does not allow its
 * words to be committed: read what this has written before you commit it.
 * `node scripts/record.mjs [NAME…]` records only those.
 */
import { randomUUID } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureDependencies, root } from "./lib/bootstrap.mjs";
import { demoEnvironment, ensureClaudeCli } from "./lib/claudeCli.mjs";
import { cleanEnvironment } from "./lib/cleanEnvironment.mjs";
import { startScriptedModel } from "./lib/scriptedModel.mjs";
import { RecordedCli } from "./recorder/recordedCli.mjs";
import { scenarios } from "./recorder/scenarios.mjs";
import { createTrimmer } from "./recorder/trim.mjs";

/** @typedef {import('./recorder/recordedCli.mjs').RecordedLine} RecordedLine */
/** @typedef {import('./recorder/trim.mjs').Places} Places */

const longestFixture = 60_000;

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
      ...scenario.env,
    };
    const { args: more = [], isAlone = false } = scenario;
    const circumstances = { path: cliPath, cwd: places.cwd, env, lines };
    await scenario.play({
      model,
      folder: places.cwd,
      start: (session = randomUUID(), how = "--session-id", others = []) =>
        new RecordedCli(
          { ...circumstances, more: [...more, ...others], isAlone },
          how,
          session,
        ),
    });
    const trimmer = createTrimmer(places);
    write("cli", name, trimmer.recording(lines));
    if (scenario.isKept) write("stored", name, stored(places, trimmer));
  } finally {
    await model.stop();
    for (const place of Object.values(places))
      rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * What the CLI has kept of it on disk: the conversation's file, then those of
 * its subagents, in the order in which they were begun.
 * @param {Places} places
 * @param {import('./recorder/trim.mjs').Trimmer} trimmer
 */
function stored({ home }, trimmer) {
  const folder = path.join(home, ".claude", "projects");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".jsonl"))
    .map((file) => path.join(folder, file))
    .sort((a, b) => statSync(a).birthtimeMs - statSync(b).birthtimeMs)
    .flatMap((file) => readFileSync(file, "utf8").trimEnd().split("\n"))
    .map((line) => trimmer.stored(JSON.parse(line)));
}

/**
 * @param {"cli" | "stored"} kind
 * @param {string} name
 * @param {unknown[]} lines
 */
function write(kind, name, lines) {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  if (text.length > longestFixture)
    throw new Error(`${name} is too long for a fixture: ${text.length}`);
  const folder = path.join(root, "test/fixtures", kind);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.jsonl`), text);
  console.log(
    `${kind} ${name}: ${lines.length} lines, ${text.length} characters`,
  );
}

await ensureDependencies();
const { path: cliPath } = await ensureClaudeCli();
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(scenarios))
  await record(name, cliPath);

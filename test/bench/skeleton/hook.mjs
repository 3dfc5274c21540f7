// @ts-check
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureNode } from "../../../scripts/lib/node.mjs";
import { loadProduct } from "../lib/product.mjs";
import { median } from "../lib/statistics.mjs";

const rounds = 60;
/** Not counted: the first few find cold file caches. */
const warmUpRounds = 5;

/**
 * @param {import("../../../scripts/bench.mjs").Report} report
 * @param {string} script The built hook.js.
 */
export async function measureHook(report, script) {
  console.error(`The hook and a bare Node, ${rounds} times each…`);
  const times = await timeHookAndNode(script, rounds);
  for (const name of /** @type {const} */ (["hook", "node"])) {
    const value = median(times[name]);
    report({ metric: `${name}_p50_ms`, value, unit: "ms", n: rounds });
  }
}

/**
 * The installed hook as a whole process, from the spawn to its exit, and
 * beside it a Node that does nothing: what is between the two is ours.
 * @param {string} script The built hook.js.
 * @param {number} rounds
 * @returns {Promise<Record<"hook" | "node", number[]>>} Milliseconds.
 */
export async function timeHookAndNode(script, rounds) {
  const folder = mkdtempSync(path.join(tmpdir(), "hook-"));
  const { pending, env } = await signedInHome(folder);
  const node = (await ensureNode()).path;
  const input = JSON.stringify(payload(folder));
  const programs = {
    hook: [script, "PreToolUse"],
    node: ["-e", "0"],
  };
  /** @type {Record<"hook" | "node", number[]>} */
  const times = { hook: [], node: [] };
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    // In turns, and each as often the first: a busier moment is shared alike.
    const order = round % 2 ? ["hook", "node"] : ["node", "hook"];
    for (const name of /** @type {("hook" | "node")[]} */ (order)) {
      const ms = timeOf(node, programs[name], { input, env });
      if (round >= warmUpRounds) times[name].push(ms);
    }
  }
  const lines = readFileSync(pending, "utf8").split("\n");
  const recorded = lines.filter((line) => line !== "").length;
  if (recorded !== warmUpRounds + rounds)
    throw new Error(`The hook recorded ${recorded} events, not one a run.`);
  return times;
}

/** @param {string} folder */
export async function signedInHome(folder) {
  const { queuePaths, ensureQueueFolder, setSignedInMarker } =
    await loadProduct();
  const paths = queuePaths({ FAILPROOFAI_HOME: path.join(folder, "home") });
  ensureQueueFolder(paths);
  setSignedInMarker(paths);
  // Little else: what makes a Node slow to start on one machine (NODE_EXTRA_CA_CERTS) is not measured.
  const { PATH, SystemRoot } = process.env;
  const env = { PATH, SystemRoot, HOME: folder, FAILPROOFAI_HOME: paths.home };
  return { paths, pending: paths.pending, env };
}

/**
 * @param {string} node
 * @param {string[]} args
 * @param {{input: string, env: NodeJS.ProcessEnv}} options
 * @returns {number} Milliseconds from the spawn to the exit.
 */
function timeOf(node, args, options) {
  const startedMs = performance.now();
  const { status, error } = spawnSync(node, args, options);
  const tookMs = performance.now() - startedMs;
  if (status !== 0)
    throw error ?? new Error(`${args.join(" ")} ended with ${status}`);
  return tookMs;
}

/**
 * What the CLI gives a PreToolUse hook.
 * @param {string} folder
 */
const payload = (folder) => ({
  session_id: "0b6bd6c5-7c43-4b57-9a39-3f6c3a1f8f0e",
  transcript_path: path.join(folder, ".claude/projects/greeter/session.jsonl"),
  cwd: path.join(folder, "greeter"),
  prompt_id: "2f0f7a52-6c0e-4b8e-8a53-9a5a1f0f1d11",
  permission_mode: "default",
  hook_event_name: "PreToolUse",
  tool_name: "Bash",
  tool_input: { command: "npm test", description: "Run the tests" },
  tool_use_id: "toolu_01A09q90qw90lq917835lq9",
});

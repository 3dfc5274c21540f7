// @ts-check
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "../../../scripts/build.mjs";
import { root } from "../../../scripts/lib/bootstrap.mjs";
import { percentile } from "../lib/statistics.mjs";
import { timeHookAndNode } from "../skeleton/hook.mjs";

const rounds = 120;

/** @param {import("../../../scripts/bench.mjs").Report} report */
export async function measureHookTail(report) {
  console.error(`The hook and a bare Node, ${rounds} times each…`);
  const times = await timeHookAndNode(await builtHook(), rounds);
  for (const name of /** @type {const} */ (["hook", "node"])) {
    const value = percentile(times[name], 95);
    report({ metric: `${name}_p95_ms`, value, unit: "ms", n: rounds });
  }
}

/** As the package has it, in a place that no other build changes. */
export async function builtHook() {
  await build({ minify: true });
  const kept = path.join(mkdtempSync(path.join(tmpdir(), "build-")), "hook.js");
  copyFileSync(`${root}dist/hook.js`, kept);
  return kept;
}

// @ts-check
/**
 * What signing in costs afterwards: an access token when nothing is due, and
 * how long a sign-out takes to be known in every window. The method of each is
 * in docs/benchmarks.md.
 */
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { root } from "../../scripts/lib/bootstrap.mjs";
import { percentile } from "./lib/statistics.mjs";

const calls = 20_000;
const windows = 10;
const rounds = 20;

/** @param {import("../../scripts/bench.mjs").Report} report */
export async function run(report) {
  const folder = mkdtempSync(path.join(tmpdir(), "auth-"));
  const script = await bundled(folder, "window");
  /** @type {typeof import("./auth/measure")} */
  const measure = createRequire(import.meta.url)(
    await bundled(folder, "measure"),
  );
  console.error(`An access token, ${calls} times…`);
  const times = await measure.timeAccessTokens(folder, calls);
  const value = percentile(times, 95);
  report({ metric: "access_token_p95_ms", value, unit: "ms", n: calls });

  console.error(`A sign-out in ${windows} windows, ${rounds} times…`);
  const outs = await measure.timeSignOuts(folder, script, { windows, rounds });
  report({
    metric: "sign_out_all_windows_ms",
    value: Math.max(...outs),
    unit: "ms",
    n: rounds,
  });
}

/**
 * @param {string} folder
 * @param {"measure" | "window"} name
 */
async function bundled(folder, name) {
  const outfile = path.join(folder, `${name}.cjs`);
  await build({
    entryPoints: [`${root}test/bench/auth/${name}.ts`],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "warning",
  });
  return outfile;
}

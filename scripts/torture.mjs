// @ts-check
/**
 * Long tests that harm what they test, to show what is promised:
 *
 *   npm run torture -- delivery [--points N] [--seed S]
 *     kills, cuts, fills and garbles between hook and server, N times (300);
 *     then every event must be in the server once, or counted. The last line
 *     is JSON. Linux; the small disk that fills up needs root.
 *   npm run torture -- race [--writers 4] [--appends 40000] [--runs 10]
 *     writers against a relay that takes their file away all the time.
 *   npm run torture -- relay
 *     twenty windows that look for the one relay at once, fifty times.
 *
 * Each is test/torture/NAME/main.ts. Installs and builds what is missing.
 * Exits 1 when the promise was broken, 2 for a name that it does not know.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { ensureDependencies, root } from "./lib/bootstrap.mjs";

const names = ["delivery", "orphans", "race", "relay"];
const [name = "", ...args] = process.argv.slice(2);
const entry = `test/torture/${name}/main.ts`;
if (!names.includes(name) || !existsSync(`${root}${entry}`)) {
  console.error(`npm run torture -- NAME, one of: ${names.join(", ")}.`);
  process.exit(2);
}

await ensureDependencies();
const { build } = await import("./build.mjs");
const { ensureNode } = await import("./lib/node.mjs");
const esbuild = await import("esbuild");
await build();
const outfile = `${root}out/torture/${name}.mjs`;
await esbuild.build({
  absWorkingDir: root,
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  sourcemap: "linked",
  logLevel: "warning",
});
// Under a Node that has node:sqlite.
const { path: node } = await ensureNode();
const child = spawn(
  node,
  [
    "--enable-source-maps",
    "--disable-warning=ExperimentalWarning",
    outfile,
    ...args,
  ],
  { cwd: root, stdio: "inherit" },
);
const [code] = await once(child, "close");
process.exitCode = code ?? 1;

// @ts-check
/**
 * Measures what docs/benchmarks.md publishes: `npm run -s bench -- NAME…`, all
 * of test/bench/*.mjs without a name. Stdout has one JSON object a line and
 * nothing else; progress goes to stderr. Installs what is missing. Exits 2 for
 * a name that it does not know, 1 when a benchmark failed.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ensureDependencies, root } from "./lib/bootstrap.mjs";

/**
 * One result: `n` is how many measurements the value stands for.
 * @typedef {(result: {metric: string, value: number, unit: string, n: number}) => void} Report
 */

/** @typedef {{run: (report: Report) => Promise<void>}} Benchmark */

const folder = path.join(root, "test/bench");
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".mjs"))
  .map((file) => path.basename(file, ".mjs"))
  .sort();

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(
    `No such benchmark: ${unknown.join(", ")}. There are: ${names.join(", ")}.`,
  );
  process.exit(2);
}

await ensureDependencies();
const removeTemporaryFolder = useTemporaryFolder();
console.error(circumstances());
try {
  for (const name of asked.length > 0 ? asked : names) {
    await runOne(name);
  }
} finally {
  console.error(`At the end: load ${load()}`);
  removeTemporaryFolder();
}

/** @param {string} name */
async function runOne(name) {
  try {
    /** @type {Benchmark} */
    const benchmark = await import(`../test/bench/${name}.mjs`);
    await benchmark.run(({ metric, value, unit, n }) => {
      // Tenths, and of what is small three digits.
      const rounded =
        Math.abs(value) < 10
          ? Number(value.toPrecision(3))
          : Math.round(value * 10) / 10;
      const line = { bench: name, metric, value: rounded, unit, n };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    });
  } catch (error) {
    console.error(`${name}:`, error);
    process.exitCode = 1;
  }
}

/**
 * Whatever is made while measuring, by us or by the programs that we start, is
 * made in one folder: an interrupted run leaves nothing behind either.
 */
function useTemporaryFolder() {
  const own = mkdtempSync(path.join(os.tmpdir(), "failproof-bench-"));
  for (const name of ["TMPDIR", "TEMP", "TMP"]) {
    process.env[name] = own;
  }
  const remove = () => rmSync(own, { recursive: true, force: true });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      // Last among the handlers: after those that end the processes that write there.
      process.on("exit", remove);
      process.exit(130);
    });
  }
  return remove;
}

/** A figure means nothing without the machine and how busy it was. */
function circumstances() {
  const memoryGib = Math.round(os.totalmem() / 2 ** 30);
  return (
    `${os.cpus().length} cores (${os.cpus()[0]?.model.trim()}), ${memoryGib} GiB, ` +
    `${os.platform()} ${os.release()}, Node ${process.versions.node}, load ${load()}`
  );
}

/** Of the last minute. Below 1 at the start is quiet enough; a browser that starts makes 6 by itself. */
function load() {
  return os.loadavg()[0]?.toFixed(2);
}

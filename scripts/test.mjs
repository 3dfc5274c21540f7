// @ts-check
/**
 * Every check and every test, in the order of what they cost. Installs what is
 * missing. `npm test -- unit host` runs only those steps; the last line counts.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { ensureDependencies, root } from "./lib/bootstrap.mjs";

await ensureDependencies();
const { steps } = await import("./lib/testSteps.mjs");

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((s) => s.name === name));
if (unknown.length > 0) {
  const names = steps.map(({ name }) => name).join(", ");
  console.error(`No such step: ${unknown.join(", ")}. There are: ${names}.`);
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const step of steps) {
  if (wanted.length > 0 && !wanted.includes(step.name)) {
    continue;
  }
  const started = performance.now();
  console.log(`\n── ${step.name}`);
  const counts = await runStep(step);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const isSkipped = counts.passed + counts.failed === 0;
  const verdict =
    counts.failed > 0 ? "FAILED" : isSkipped ? "SKIPPED, see above" : "ok";
  console.log(`── ${step.name}: ${verdict} in ${seconds} s`);
}

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

/**
 * A step that only checks counts as one test. One that runs tests reports its
 * own counts; if it ends badly without having failed a test, that is a failure
 * too: a runner that crashed must not look green.
 * @param {import("./lib/testSteps.mjs").Step} step
 */
async function runStep(step) {
  try {
    await step.install?.();
  } catch (error) {
    // What cannot be had here is skipped, and said so; in CI that is a failure.
    console.error(error instanceof Error ? error.message : error);
    return process.env["CI"] === "true"
      ? { passed: 0, failed: 1, skipped: 0 }
      : { passed: 0, failed: 0, skipped: 1 };
  }
  /** @type {string[][]} */
  let commands;
  try {
    await step.prepare?.();
    commands = await step.commands();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const results = `${root}out/results-${step.name}.json`;
  rmSync(results, { force: true });
  let isGood = true;
  for (const [command, ...args] of commands) {
    const child = spawn(String(command), args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        ...(await step.env?.()),
        FAILPROOF_TEST_RESULTS: results,
      },
    });
    const [code] = await once(child, "close");
    isGood &&= code === 0;
  }
  if (!step.hasTests) {
    return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
  }
  const counts = existsSync(results)
    ? JSON.parse(readFileSync(results, "utf8"))
    : { passed: 0, failed: 1, skipped: 0 };
  return !isGood && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

// @ts-check
/**
 * `npm run demo`: what a new user does in the first minutes, done in a headless
 * browser on a real VS Code. Each step is printed with its time once its
 * result has been seen on the screen, with a picture under artifacts/demo;
 * a step whose result is not seen ends the run with code 1.
 */
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { ensureDependencies, root } from "./lib/bootstrap.mjs";

await ensureDependencies();
const { packageExtension } = await import("./package.mjs");
const { launchBrowser, startStack } = await import("./lib/stack.mjs");
const { demoSteps } = await import("./lib/demoSteps.mjs");

const pictures = path.join(root, "artifacts", "demo");
const patienceMs = 30_000;

await rm(pictures, { recursive: true, force: true });
await mkdir(pictures, { recursive: true });
await packageExtension();
const stack = await startStack({
  settings: { "workbench.colorTheme": "Default Dark Modern" },
});
const { browser, context } = await launchBrowser();
context.setDefaultTimeout(patienceMs);
const page = await context.newPage();
const started = performance.now();
let last = started;
let number = 0;
try {
  for (const { what, run } of demoSteps({ stack, page, context })) {
    number += 1;
    const name = `${String(number).padStart(2, "0")}-${what.replace(/[^a-z0-9]+/gi, "-").toLowerCase()}`;
    const shown = (await run()) ?? page;
    await shown.screenshot({ path: path.join(pictures, `${name}.png`) });
    if (shown !== page) {
      await shown.close();
    }
    const now = performance.now();
    console.log(`✔ ${what}  ${Math.round(now - last)} ms`);
    last = now;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\n${number} steps in ${seconds} s. Pictures: artifacts/demo`);
} catch (error) {
  await page.screenshot({ path: path.join(pictures, "failed.png") });
  console.error(`✖ step ${number} was not seen:`, error);
  process.exitCode = 1;
} finally {
  await browser.close();
  await stack.stop();
}

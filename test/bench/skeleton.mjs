// @ts-check
/**
 * What everybody pays who has the extension at all: its size, its activation,
 * the hook in front of each tool call, and the wait for the first words of an
 * answer. The method of each is in docs/benchmarks.md.
 */
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../../scripts/lib/bootstrap.mjs";
import { packageExtension } from "../../scripts/package.mjs";
import { measureActivation } from "./skeleton/activation.mjs";
import { measureFirstDelta } from "./skeleton/firstDelta.mjs";
import { measureHook } from "./skeleton/hook.mjs";
import { measureSizes } from "./skeleton/sizes.mjs";

/** @param {import("../../scripts/bench.mjs").Report} report */
export async function run(report) {
  console.error("Building and packaging…");
  const vsix = await packageExtension();
  measureSizes(report);
  // Another build in the same repository must not change meanwhile what is measured.
  const folder = mkdtempSync(path.join(tmpdir(), "build-"));
  const keep = (/** @type {string} */ file) => {
    const kept = path.join(folder, path.basename(file));
    copyFileSync(file, kept);
    return kept;
  };
  const kept = { hook: keep(`${root}dist/hook.js`), vsix: keep(vsix) };
  await measureHook(report, kept.hook);
  await measureFirstDelta(report);
  await measureActivation(report, kept.vsix);
}

// @ts-check
/**
 * What everybody pays who has the extension at all: its size, its activation,
 * the hook in front of each tool call, and the wait for the first words of an
 * answer. The method of each is in docs/benchmarks.md.
 */
import { packageExtension } from "../../scripts/package.mjs";
import { measureActivation } from "./skeleton/activation.mjs";
import { measureFirstDelta } from "./skeleton/firstDelta.mjs";
import { measureHook } from "./skeleton/hook.mjs";
import { measureSizes } from "./skeleton/sizes.mjs";

/** @param {import("../../scripts/bench.mjs").Report} report */
export async function run(report) {
  console.error("Building and packaging…");
  await packageExtension();
  measureSizes(report);
  await measureHook(report);
  await measureFirstDelta(report);
  await measureActivation(report);
}

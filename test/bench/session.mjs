// @ts-check
/**
 * What a conversation costs, and what it saves. The method of each figure is
 * in docs/benchmarks.md.
 */
import { measureEngine } from "./session/engine.mjs";
import { measureHistory } from "./session/history.mjs";
import { measureOverhead } from "./session/overhead.mjs";
import { measureTranslate } from "./session/translate.mjs";

/** @param {import("../../scripts/bench.mjs").Report} report */
export async function run(report) {
  await measureOverhead(report);
  await measureEngine(report);
  await measureTranslate(report);
  await measureHistory(report);
}

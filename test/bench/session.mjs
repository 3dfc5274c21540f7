// @ts-check
/** What a conversation costs. The method of each figure is in docs/benchmarks.md. */
import { measureHistory } from "./session/history.mjs";
import { measureTranslate } from "./session/translate.mjs";

/** @param {import("../../scripts/bench.mjs").Report} report */
export async function run(report) {
  await measureTranslate(report);
  await measureHistory(report);
}

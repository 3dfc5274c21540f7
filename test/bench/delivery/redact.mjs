// @ts-check
import { loadProduct } from "../lib/product.mjs";
import { median, percentile } from "../lib/statistics.mjs";

const seed = 20_261_120;
const textLength = 2048;
const texts = 200;
const rounds = 50;
const warmUpRounds = 25;

/**
 * Reasons of 2 KB, put together from the tests' harmless texts, and in one of
 * ten a secret. The worst of the megabyte texts goes to stderr.
 * @param {import("../../../scripts/bench.mjs").Report} report
 */
export async function measureRedact(report) {
  console.error(`Redaction of ${texts} texts, ${rounds} times each…`);
  const { redact, harmlessTexts, secretSamples, adversarialTexts } =
    await loadProduct();
  const lines = harmlessTexts(seed, 40 * texts);
  const secrets = secretSamples(seed, texts);
  const reasons = Array.from({ length: texts }, (_, index) => {
    const own = lines.slice(index * 40, (index + 1) * 40);
    const first = index % 10 === 0 ? [secrets[index]?.text ?? ""] : [];
    // Through bytes, as a reason comes from the CLI: a text of many pieces is slower to look at.
    const text = [...first, ...own].join("\n").slice(0, textLength);
    return Buffer.from(text).toString();
  });
  /** @type {number[]} */
  const times = [];
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    for (const text of reasons) {
      const startedMs = performance.now();
      redact(text);
      const tookUs = (performance.now() - startedMs) * 1000;
      if (round >= warmUpRounds) times.push(tookUs);
    }
  }
  console.error(`Redaction, median: ${median(times).toFixed(1)} µs`);
  report({
    metric: "redact_2kb_p99_us",
    value: percentile(times, 99),
    unit: "us",
    n: times.length,
  });
  const worst = adversarialTexts(1_000_000).map((text) => {
    const startedMs = performance.now();
    redact(text);
    return performance.now() - startedMs;
  });
  report({
    metric: "redact_1mb_worst_ms",
    value: Math.max(...worst),
    unit: "ms",
    n: worst.length,
  });
}

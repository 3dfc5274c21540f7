// @ts-check
import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadProduct } from "../lib/product.mjs";
import { median } from "../lib/statistics.mjs";
import { signedInHome } from "../skeleton/hook.mjs";

const appends = 5_000;

/**
 * One record into the queue's file, in a process that does nothing else.
 * @param {import("../../../scripts/bench.mjs").Report} report
 */
export async function measureAppend(report) {
  console.error(`The append alone, ${appends} times…`);
  const { appendRecord, makeRecord } = await loadProduct();
  const folder = mkdtempSync(path.join(tmpdir(), "append-"));
  const { paths } = await signedInHome(folder);
  const facts = {
    hookEventName: "PreToolUse",
    toolName: "Bash",
    sessionId: randomUUID(),
    cwd: folder,
    source: /** @type {const} */ ("hook"),
  };
  const deps = { newId: randomUUID, installKey: "ab".repeat(32) };
  const times = Array.from({ length: appends }, () => {
    const record = makeRecord(facts, { ...deps, now: Date.now() });
    const startedMs = performance.now();
    const { kind } = appendRecord(paths, record);
    const tookMs = performance.now() - startedMs;
    if (kind !== "appended") throw new Error(`An append ended as ${kind}.`);
    return tookMs;
  });
  report({
    metric: "append_p50_ms",
    value: median(times),
    unit: "ms",
    n: appends,
  });
}

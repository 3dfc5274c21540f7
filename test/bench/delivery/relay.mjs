// @ts-check
/** How fast a queue drains, and what the relay takes of the machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { build } from "../../../scripts/build.mjs";
import { root } from "../../../scripts/lib/bootstrap.mjs";
import { ensureNode } from "../../../scripts/lib/node.mjs";

/** @param {import("../../../scripts/bench.mjs").Report} report */
export async function measureRelay(report) {
  console.error("Building…");
  await build({ minify: true });
  // Another build in the same repository must not change meanwhile what is measured.
  const dist = mkdtempSync(path.join(tmpdir(), "build-"));
  cpSync(`${root}dist`, dist, { recursive: true });
  await runParts(report, dist);
}

/**
 * @param {import("../../../scripts/bench.mjs").Report} report
 * @param {string} dist
 */
async function runParts(report, dist) {
  const { path: node } = await ensureNode();
  const script = `${root}test/bench/delivery/relayParts.mjs`;
  const child = spawn(node, [script, dist], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: child.stdout }).on("line", (line) =>
    report(JSON.parse(line)),
  );
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`The relay's part ended with ${code}.`);
}

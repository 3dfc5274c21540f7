// @ts-check
/**
 * The chat in a browser, without VS Code around it: a conversation of 10,000
 * items and 50 MB is opened, then an answer is streamed into it. The method is
 * in docs/benchmarks.md.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { build } from "../../scripts/build.mjs";
import { root } from "../../scripts/lib/bootstrap.mjs";
import { chromiumLaunchOptions } from "../../scripts/lib/chromium.mjs";
import { serveWebview } from "../../scripts/lib/webviewPage.mjs";
import { pageMeasures } from "./webview/pageMeasures.mjs";

/** @param {import("../../scripts/bench.mjs").Report} report */
export async function run(report) {
  await build({ minify: true });
  const script = readFileSync(`${root}dist/webview.js`);
  const kilobytes = gzipSync(script).length / 1024;
  report({ metric: "initial_js_gzip_kb", value: kilobytes, unit: "KB", n: 1 });
  const server = await serveWebview();
  const browser = await chromium.launch(await chromiumLaunchOptions());
  try {
    const page = await browser.newPage({
      viewport: { width: 420, height: 800 },
    });
    await page.goto(server.url("dark"));
    await page.evaluate(pageMeasures);
    /** @type {Record<string, { value: number, unit: string, n: number }>} */
    const measured = await page.evaluate("measureChat()");
    for (const [metric, result] of Object.entries(measured)) {
      report({ metric, ...result });
    }
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    report({ metric: "heap_mb", value: usedSize / 2 ** 20, unit: "MB", n: 1 });
  } finally {
    await browser.close();
    await server.stop();
  }
}

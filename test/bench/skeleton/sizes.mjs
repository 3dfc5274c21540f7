// @ts-check
import { readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { root } from "../../../scripts/lib/bootstrap.mjs";
import { vsixPath } from "../../../scripts/package.mjs";

/**
 * Of the package and of what is in it, so of the minified build.
 * @param {import("../../../scripts/bench.mjs").Report} report
 */
export function measureSizes(report) {
  const webview = readFileSync(`${root}dist/webview.js`);
  const sizes = {
    vsix_kb: statSync(vsixPath).size,
    extension_js_kb: statSync(`${root}dist/extension.js`).size,
    webview_js_gzip_kb: gzipSync(webview).length,
  };
  for (const [metric, bytes] of Object.entries(sizes)) {
    report({ metric, value: bytes / 1024, unit: "KB", n: 1 });
  }
}

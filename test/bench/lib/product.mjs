// @ts-check
import { createRequire } from "node:module";
import { build } from "esbuild";
import { root } from "../../../scripts/lib/bootstrap.mjs";

/**
 * @typedef {typeof import("../../../src/base/log")
 *   & typeof import("../../../src/cli/cliProcess")
 *   & typeof import("../../../src/cli/hookEvents")
 *   & typeof import("../../../src/node/systemClock")
 *   & typeof import("../../../src/queue/queueFolder")
 *   & typeof import("../../../src/queue/signedInMarker")} Product
 */

const modules = [
  "base/log",
  "cli/cliProcess",
  "cli/hookEvents",
  "node/systemClock",
  "queue/queueFolder",
  "queue/signedInMarker",
];

/**
 * The parts of the extension that need no editor, bundled as the extension is.
 * @returns {Promise<Product>}
 */
export async function loadProduct() {
  const outfile = `${root}out/bench/product.cjs`;
  await build({
    absWorkingDir: root,
    stdin: {
      contents: modules.map((name) => `export * from "./${name}";`).join("\n"),
      resolveDir: `${root}src`,
      loader: "ts",
    },
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "warning",
  });
  return createRequire(import.meta.url)(outfile);
}

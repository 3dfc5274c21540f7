// @ts-check
import { createRequire } from "node:module";
import { build } from "esbuild";
import { root } from "../../../scripts/lib/bootstrap.mjs";

/**
 * @typedef {typeof import("../../../src/base/log")
 *   & typeof import("../../../src/cli/cliProcess")
 *   & typeof import("../../../src/cli/hookEvents")
 *   & typeof import("../../../src/cli/wire")
 *   & typeof import("../../../src/node/lineStream")
 *   & typeof import("../../../src/node/systemClock")
 *   & typeof import("../../../src/queue/queueFolder")
 *   & typeof import("../../../src/queue/signedInMarker")
 *   & typeof import("../../../src/session/translate/translator")} Product
 */

const modules = [
  "base/log",
  "cli/cliProcess",
  "cli/hookEvents",
  "cli/wire",
  "node/lineStream",
  "node/systemClock",
  "queue/queueFolder",
  "queue/signedInMarker",
  "session/translate/translator",
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

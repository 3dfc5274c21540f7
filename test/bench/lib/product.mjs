// @ts-check
import { createRequire } from "node:module";
import { build } from "esbuild";
import { root } from "../../../scripts/lib/bootstrap.mjs";

/**
 * @typedef {typeof import("../../../src/base/lifecycle")
 *   & typeof import("../../../src/base/log")
 *   & typeof import("../../../src/cli/arguments")
 *   & typeof import("../../../src/cli/cliProcess")
 *   & typeof import("../../../src/cli/hookEvents")
 *   & typeof import("../../../src/cli/wire")
 *   & typeof import("../../../src/hook/capture")
 *   & typeof import("../../../src/hook/install")
 *   & typeof import("../../../src/node/lineStream")
 *   & typeof import("../../../src/node/systemClock")
 *   & typeof import("../../../src/permission/broker")
 *   & typeof import("../../../src/queue/append")
 *   & typeof import("../../../src/queue/queueFolder")
 *   & typeof import("../../../src/queue/record")
 *   & typeof import("../../../src/queue/redact")
 *   & typeof import("../../../src/queue/signedInMarker")
 *   & typeof import("../../../src/session/registry")
 *   & typeof import("../../../src/session/sessionLocks")
 *   & typeof import("../../../src/session/translate/translator")
 *   & typeof import("../../fakes/adversarialTexts")
 *   & typeof import("../../fakes/harmlessCorpus")
 *   & typeof import("../../fakes/secretCorpus")} Product
 */

const modules = [
  "src/base/lifecycle",
  "src/base/log",
  "src/cli/arguments",
  "src/cli/cliProcess",
  "src/cli/hookEvents",
  "src/cli/wire",
  "src/hook/capture",
  "src/hook/install",
  "src/node/lineStream",
  "src/node/systemClock",
  "src/permission/broker",
  "src/queue/append",
  "src/queue/queueFolder",
  "src/queue/record",
  "src/queue/redact",
  "src/queue/signedInMarker",
  "src/session/registry",
  "src/session/sessionLocks",
  "src/session/translate/translator",
  "test/fakes/adversarialTexts",
  "test/fakes/harmlessCorpus",
  "test/fakes/secretCorpus",
];

/**
 * The parts of the extension that need no editor, bundled as the extension is, and the texts that tests use.
 * @returns {Promise<Product>}
 */
export async function loadProduct() {
  const outfile = `${root}out/bench/product.cjs`;
  await build({
    absWorkingDir: root,
    stdin: {
      contents: modules.map((name) => `export * from "./${name}";`).join("\n"),
      resolveDir: root,
      loader: "ts",
    },
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "warning",
    // Its other build finds its own parts only at run time.
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
  });
  return createRequire(import.meta.url)(outfile);
}

// @ts-check
import { build } from "esbuild";
import { root } from "../../../scripts/lib/bootstrap.mjs";

/** @typedef {typeof import("../../../src/base/log")
 *   & typeof import("../../../src/node/systemClock")
 *   & typeof import("../../../src/session/history/historyIndex")
 *   & typeof import("../../../src/session/history/transcript")} History */

const modules = [
  "base/log",
  "node/systemClock",
  "session/history/historyIndex",
  "session/history/transcript",
];

/** What is measured, bundled as the extension is. */
export async function bundleHistory() {
  const outfile = `${root}out/bench/history.cjs`;
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
  return outfile;
}

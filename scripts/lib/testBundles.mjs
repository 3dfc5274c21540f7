// @ts-check
import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "./bootstrap.mjs";

/** @typedef {"unit" | "host" | "e2e"} Level */

/**
 * The scripts stay what they are, modules of their own: they find the
 * repository by their own address.
 * @type {import("esbuild").Plugin}
 */
const externalScripts = {
  name: "external-scripts",
  setup({ onResolve }) {
    onResolve({ filter: /\/scripts\/.*\.mjs$/ }, (args) => ({
      path: pathToFileURL(path.resolve(args.resolveDir, args.path)).href,
      external: true,
    }));
  },
};

/**
 * Bundles all tests of one level into one file, so that what they share (the
 * leak tracker, the fakes) is there once. The extension host loads CommonJS.
 * @param {Level} level
 * @returns {Promise<string>} The file, relative to the repository.
 */
export async function bundleTests(level) {
  const outfile = `out/${level}/index.${level === "host" ? "cjs" : "mjs"}`;
  await build({
    absWorkingDir: root,
    stdin: {
      contents: entry(level),
      resolveDir: `${root}test/${level}`,
      sourcefile: `test/${level}/index.ts`,
      loader: "ts",
    },
    outfile,
    bundle: true,
    platform: "node",
    format: level === "host" ? "cjs" : "esm",
    target: "node20",
    jsx: "automatic",
    packages: "external",
    sourcemap: "linked",
    loader: { ".css": "empty" },
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [externalScripts],
    logLevel: "warning",
  });
  return outfile;
}

/** @param {Level} level */
function entry(level) {
  const files = readdirSync(`${root}test/${level}`, { recursive: true })
    .map((file) => String(file).replaceAll("\\", "/"))
    .filter((file) => /\.test\.tsx?$/.test(file))
    .sort();
  if (level === "host") {
    // In there mocha is started by our own code, and the tests load after it.
    const loads = files.map((file) => `require("./${file}");`).join("\n");
    return `import { runTests } from "./run";
export const run = () => runTests(() => {
${loads}
});
`;
  }
  const imports = files.map((file) => `import "./${file}";`).join("\n");
  return `import "../support/leaks";\n${imports}\n`;
}

// @ts-check
import { readdirSync } from "node:fs";
import { build } from "esbuild";
import { root } from "./bootstrap.mjs";

/**
 * Bundles all tests of one level into out/LEVEL/index.js: one bundle, so that
 * what is shared (the leak tracker, the fakes) is there once.
 * @param {"unit" | "host" | "e2e"} level
 */
export async function bundleTests(level) {
  const folder = `test/${level}`;
  const files = readdirSync(root + folder, { recursive: true })
    .map((file) => String(file).replaceAll("\\", "/"))
    .filter((file) => /\.test\.tsx?$/.test(file))
    .sort();
  const imports = files.map((file) => `import "./${file}";`);
  await build({
    absWorkingDir: root,
    stdin: {
      // The host's own entry says how mocha is run in there; the others are run by mocha itself.
      contents: [
        level === "host"
          ? 'export { run } from "./run";'
          : 'export { mochaHooks } from "../support/leaks";',
        ...(level === "host"
          ? [
              `export const load = async () => {`,
              ...files.map((file) => `  await import("./${file}");`),
              "};",
            ]
          : imports),
      ].join("\n"),
      resolveDir: root + folder,
      sourcefile: `${folder}/index.ts`,
      loader: "ts",
    },
    outfile: `out/${level}/index.js`,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    jsx: "automatic",
    packages: "external",
    sourcemap: "linked",
    loader: { ".css": "empty" },
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
}

// @ts-check
/**
 * Bundles the extension into dist/: the extension itself, the three programs
 * that run as processes of their own (hook, relay, cloud) and the webview.
 * `--watch` builds again on every change; `--minify` is what the package uses.
 */
import { rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { context } from "esbuild";
import { thirdPartyNotices } from "./lib/notices.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @type {(minify: boolean) => import("esbuild").BuildOptions[]} */
const builds = (minify) => {
  /** @type {import("esbuild").BuildOptions} */
  const common = {
    absWorkingDir: root,
    bundle: true,
    minify,
    sourcemap: minify ? false : "linked",
    logLevel: "warning",
    // Said in full in dist/THIRD-PARTY-NOTICES.txt instead.
    legalComments: "none",
    metafile: true,
    outdir: "dist",
  };
  return [
    {
      ...common,
      platform: "node",
      format: "cjs",
      target: "node20",
      external: ["vscode"],
      // jsonc-parser's "main" is UMD, whose requires no bundler can follow.
      mainFields: ["module", "main"],
      entryPoints: {
        extension: "src/extension.ts",
        hook: "src/hook/main.ts",
        relay: "src/relay/main.ts",
        cloud: "src/cloud/main.ts",
        watchdog: "src/node/watchdogMain.ts",
      },
    },
    {
      ...common,
      platform: "browser",
      format: "iife",
      target: "es2022",
      jsx: "automatic",
      define: { "process.env.NODE_ENV": '"production"' },
      loader: { ".ttf": "file", ".svg": "text" },
      assetNames: "[name]",
      entryPoints: { webview: "webview/main.tsx" },
    },
  ];
};

/** @param {{ watch?: boolean, minify?: boolean }} options */
export async function build({ watch = false, minify = false } = {}) {
  if (!watch) {
    await rm(new URL("../dist", import.meta.url), {
      recursive: true,
      force: true,
    });
  }
  /** @type {string[]} */
  const inputs = [];
  for (const options of builds(minify)) {
    const job = await context(options);
    const { metafile } = await job.rebuild();
    inputs.push(...Object.keys(metafile?.inputs ?? {}));
    if (watch) {
      await job.watch();
    } else {
      await job.dispose();
    }
  }
  await writeFile(
    new URL("../dist/THIRD-PARTY-NOTICES.txt", import.meta.url),
    thirdPartyNotices(inputs),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build({
    watch: process.argv.includes("--watch"),
    minify: process.argv.includes("--minify"),
  });
}

// @ts-check
// Gets a real VS Code from the npm registry, for machines that cannot download the desktop one:
// code-server, which is VS Code's own web server with a patched entry beside the original.
import path from "node:path";
import { access } from "node:fs/promises";
import { cached } from "./cache.mjs";
import { ensureNode24 } from "./node.mjs";
import { npmInstall, npmInstallDependencies, npmRebuild } from "./npm.mjs";
import { findOnPath } from "./processes.mjs";

const version = "4.139.1";

/**
 * @typedef {object} VscodeServerInstall
 * @property {string} dir The code-server package; VS Code itself is its `lib/vscode`.
 * @property {string} version code-server's version; 4.139.1 contains VS Code 1.139.1.
 * @property {string} node The Node that runs it.
 */

/** @returns {Promise<VscodeServerInstall>} */
export async function ensureVscodeServer() {
  const node = await ensureNode24();
  const options = { node: node.path, nodeHeaders: node.headers };
  const dir = await cached({
    name: "vscode-server",
    version,
    aboutSeconds: canBuild() ? 40 : 20,
    make: async (target) => {
      await npmInstall(target, [`code-server@${version}`], options);
      await npmInstallDependencies(vscodeIn(packageIn(target)), options);
      await buildNativeParts(vscodeIn(packageIn(target)), options);
    },
    check: (kept) => exists(path.join(packageIn(kept), "out/node/entry.js")),
  });
  return { dir: packageIn(dir), version, node: node.path };
}

/** @param {string} dir */
const packageIn = (dir) => path.join(dir, "node_modules/code-server");

/** @param {string} dir */
const vscodeIn = (dir) => path.join(dir, "lib/vscode");

/**
 * Without these two the server still runs: it writes no log files, and an extension host whose server
 * was killed does not notice.
 * @param {string} dir
 * @param {import('./npm.mjs').NpmOptions} options
 */
async function buildNativeParts(dir, options) {
  try {
    if (!canBuild()) throw new Error("there is no C++ compiler");
    await npmRebuild(dir, nativeParts, options);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `Going on without VS Code's log files and watchdog: ${why}\n`,
    );
  }
}

const nativeParts = ["@vscode/spdlog", "@vscode/native-watchdog"];

function canBuild() {
  return Boolean(
    findOnPath("g++", "clang++") &&
    findOnPath("make") &&
    findOnPath("python3", "python"),
  );
}

/** @param {string} file */
async function exists(file) {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

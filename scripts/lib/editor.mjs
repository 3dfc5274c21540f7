// @ts-check
// Finds a VS Code to try the extension in and to test it in: the user's own, one that @vscode/test-electron
// has or can get, or the server build from npm.
import { existsSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { repositoryRoot } from "./cache.mjs";
import { findOnPath, isExecutable } from "./processes.mjs";
import { ensureVscodeServer } from "./vscodeServer.mjs";

/**
 * @typedef {{kind: 'desktop', path: string}
 *   | {kind: 'server'} & import('./vscodeServerInstall.mjs').VscodeServerInstall} Editor
 */

/**
 * @param {{editor?: string | undefined, serverOnly?: boolean}} [options] `editor` is a path the user gave.
 * @returns {Promise<Editor>} `path` is the program itself, not its `code` launcher, which would not wait.
 */
export async function findEditor({ editor, serverOnly = false } = {}) {
  const chosen = editor ?? process.env["VSCODE_EXECUTABLE"];
  if (chosen && !isExecutable(chosen))
    throw new Error(`There is no program at ${chosen}.`);
  if (chosen) return desktop(programOf(chosen) ?? chosen, "as chosen");
  if (!serverOnly && hasScreen()) {
    const launcher = findOnPath("code", "codium", "code-insiders");
    const installed = launcher && programOf(launcher);
    if (installed) return desktop(installed, "found on the PATH");
    const downloaded = await fromTestElectron();
    if (downloaded) return desktop(downloaded, "from @vscode/test-electron");
  }
  const server = await ensureVscodeServer();
  say(`the server build ${server.version}, from npm`);
  return { kind: "server", ...server };
}

/**
 * @param {string} file
 * @param {string} origin
 * @returns {Editor}
 */
function desktop(file, origin) {
  say(`${file} (${origin})`);
  return { kind: "desktop", path: file };
}

/** @param {string} what */
function say(what) {
  process.stderr.write(`VS Code: ${what}\n`);
}

function hasScreen() {
  if (process.platform !== "linux") return true;
  const { env } = process;
  const found = Boolean(env["DISPLAY"] || env["WAYLAND_DISPLAY"]);
  if (!found) process.stderr.write("No screen: no desktop VS Code.\n");
  return found;
}

/**
 * `code` is a script in `bin` beside the program (macOS: deep in the bundle), and ends before the window does.
 * @param {string} file
 * @returns {string | undefined} Undefined when `file` launches nothing on this machine, as in a remote terminal.
 */
function programOf(file) {
  if (!existsSync(file)) return undefined;
  const real = realpathSync(file);
  const bundle = /^(.*\.app)(?:\/|$)/.exec(real)?.[1];
  if (bundle) {
    const folder = path.join(bundle, "Contents", "MacOS");
    return ["Electron", "Code", "VSCodium"]
      .map((name) => path.join(folder, name))
      .find(isExecutable);
  }
  if (path.basename(path.dirname(real)) !== "bin")
    return isExecutable(real) ? real : undefined;
  const root = path.dirname(path.dirname(real));
  return ["code", "codium", "code-insiders", "Code.exe", "VSCodium.exe"]
    .map((name) => path.join(root, name))
    .find(isExecutable);
}

/** @returns {Promise<string | undefined>} */
async function fromTestElectron() {
  try {
    const { downloadAndUnzipVSCode } = await import("@vscode/test-electron");
    const cachePath = path.join(repositoryRoot, ".vscode-test");
    const version = newestIn(cachePath) ?? "stable";
    /** @type {(error: Error) => void} */
    let giveUp = () => {};
    const started = new AbortController();
    const tooLate = new Promise((_, reject) => (giveUp = reject));
    const firstByteMs = 20_000;
    delay(firstByteMs, undefined, { signal: started.signal, ref: false }).then(
      () => giveUp(new Error(`no answer in ${firstByteMs / 1000} s`)),
      () => {}, // The download began, and from then on has its own timeout.
    );
    const reporter = {
      /** @param {{stage: string}} progress */
      report: ({ stage }) => {
        if (stage === "downloading") started.abort();
      },
      error: () => {}, // It also throws what it reports.
    };
    const got = downloadAndUnzipVSCode({ version, cachePath, reporter });
    const program = await Promise.race([got, tooLate]).finally(() =>
      started.abort(),
    );
    return typeof program === "string" ? program : undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`No desktop VS Code from the network: ${why}\n`);
    return undefined;
  }
}

/**
 * Naming a version that is there keeps test-electron from asking the network at all.
 * @param {string} cachePath
 * @returns {string | undefined}
 */
function newestIn(cachePath) {
  if (!existsSync(cachePath)) return undefined;
  const collator = new Intl.Collator("en", { numeric: true });
  return readdirSync(cachePath)
    .flatMap((name) => /^vscode-.*-(\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? [])
    .sort(collator.compare)
    .at(-1);
}

// @ts-check
// Understands as much of VS Code's command line as `runTests` of @vscode/test-electron uses.
import { readFile } from "node:fs/promises";
import path from "node:path";

/**
 * @typedef {object} HostFlags
 * @property {string[]} developmentPaths
 * @property {string} testsPath
 * @property {string | undefined} workspace The folder to open.
 * @property {string | undefined} userDataDir
 * @property {string | undefined} extensionsDir
 */

/**
 * @param {string[]} args
 * @returns {HostFlags}
 */
export function parseHostFlags(args) {
  /** @type {Map<string, string[]>} */
  const flags = new Map();
  /** @type {string[]} */
  const positional = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    const [, name = "", value] = /^--([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === "") positional.push(arg);
    else if (value !== undefined) add(flags, name, value);
    else if (withValue.has(name)) add(flags, name, args[++index] ?? "");
  }
  const testsPath = flags.get("extensionTestsPath")?.at(-1);
  if (!testsPath) throw new Error("--extensionTestsPath is missing.");
  return {
    developmentPaths: (flags.get("extensionDevelopmentPath") ?? []).map(full),
    testsPath: full(testsPath),
    workspace: positional.map(full).at(0),
    userDataDir: flags.get("user-data-dir")?.map(full).at(-1),
    extensionsDir: flags.get("extensions-dir")?.map(full).at(-1),
  };
}

/** The flags that may stand apart from their value; every other one without "=" is a switch. */
const withValue = new Set([
  "extensionDevelopmentPath",
  "extensionTestsPath",
  "user-data-dir",
  "extensions-dir",
]);

/**
 * @param {Map<string, string[]>} flags
 * @param {string} name
 * @param {string} value
 */
function add(flags, name, value) {
  flags.set(name, [...(flags.get(name) ?? []), value]);
}

/** @param {string} file */
const full = (file) => path.resolve(file);

/**
 * A desktop VS Code reads its settings from the user data folder, so the same file serves here.
 * @param {HostFlags} flags
 * @returns {Promise<Record<string, unknown>>}
 */
export async function readSettings({ userDataDir }) {
  if (!userDataDir) return {};
  try {
    const file = path.join(userDataDir, "User", "settings.json");
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const absent =
      error instanceof Error && "code" in error && error.code === "ENOENT";
    if (absent) return {};
    throw error;
  }
}

/** @returns {Record<string, string>} */
export function extraEnvironment() {
  return JSON.parse(process.env["FAILPROOF_TEST_ENV"] ?? "{}");
}

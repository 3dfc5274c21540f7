// @ts-check
// Runs npm for the development tools, whatever the user's npmrc says and whoever called the script.
// Install scripts are never run: what needs building is built by name.
import { realpathSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { findOnPath, isExecutable, run } from "./processes.mjs";

const installFlags = [
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  "--no-package-lock",
  "--no-global",
  "--no-dry-run",
  "--no-engine-strict",
  "--include=optional",
  "--loglevel=error",
];

/**
 * @typedef {object} NpmOptions
 * @property {string} [node] The Node that runs npm, and so the one that packages are checked against.
 * @property {string} [nodeHeaders] The folder whose `include/node` a native rebuild uses.
 */

/**
 * Installs packages into `dir/node_modules`.
 * @param {string} dir
 * @param {string[]} packages Each `name@version`.
 * @param {NpmOptions} [options]
 */
export async function npmInstall(dir, packages, options = {}) {
  await writeFile(path.join(dir, "package.json"), '{"private":true}\n');
  await npm(dir, ["install", ...installFlags, ...packages], options);
}

/**
 * Installs what the package in `dir` itself depends on, following its shrinkwrap.
 * @param {string} dir
 * @param {NpmOptions} [options]
 */
export async function npmInstallDependencies(dir, options = {}) {
  const flags = installFlags.filter((flag) => flag !== "--no-package-lock");
  await npm(dir, ["install", ...flags, "--omit=dev"], options);
}

/**
 * Installs exactly what the lock file in `dir` says, development tools included.
 * @param {string} dir
 */
export async function npmCi(dir) {
  const flags = installFlags.filter((flag) => flag !== "--no-package-lock");
  await npm(dir, ["ci", ...flags, "--include=dev"], {});
}

/**
 * Runs the install scripts of these packages, which must be in `dir/node_modules`.
 * @param {string} dir
 * @param {string[]} packages
 * @param {NpmOptions} [options]
 */
export async function npmRebuild(dir, packages, options = {}) {
  const flags = ["--no-ignore-scripts", "--no-global", "--loglevel=error"];
  await npm(dir, ["rebuild", ...flags, ...packages], options);
}

/**
 * @param {string} dir
 * @param {string[]} args
 * @param {NpmOptions} options
 */
async function npm(dir, args, options) {
  const node = options.node ?? process.execPath;
  const env = environment();
  env["PATH"] = [path.dirname(node), env["PATH"]].join(path.delimiter);
  if (options.nodeHeaders) env["npm_config_nodedir"] = options.nodeHeaders;
  await run(node, [npmCli(), ...args], { cwd: dir, env });
}

/**
 * A script that npm started has npm's own settings in its environment, among them where to install.
 * @returns {NodeJS.ProcessEnv}
 */
function environment() {
  const foreign =
    /^(npm_(package|lifecycle|command|node_execpath|execpath)|npm_config_((local|global)_)?prefix$|npm_config_global$|NODE_OPTIONS$|NODE_V8_COVERAGE$|INIT_CWD$)/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !foreign.test(name)),
  );
}

/** @returns {string} npm's JavaScript entry, so that it runs under a chosen Node and without a shell on Windows. */
function npmCli() {
  const besideNode = path.dirname(process.execPath);
  const onPath = findOnPath("npm");
  const candidates = [
    process.env["npm_execpath"] ?? "",
    path.join(besideNode, "node_modules/npm/bin/npm-cli.js"),
    path.join(besideNode, "../lib/node_modules/npm/bin/npm-cli.js"),
    ...(onPath ? [realpathSync(onPath)] : []),
    path.join(path.dirname(onPath ?? ""), "node_modules/npm/bin/npm-cli.js"),
  ];
  const found = candidates.find(
    (file) =>
      path.basename(file) === "npm-cli.js" &&
      (isExecutable(file) || process.platform === "win32"),
  );
  if (!found) throw new Error("npm was not found: install Node.js with npm.");
  return found;
}

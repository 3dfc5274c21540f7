// @ts-check
// Finds programs and runs them to their end. What is to go on running is started in processGroup.mjs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] The whole environment; the caller's own when left out.
 * @property {number} [timeoutMs] The process is killed after this, and the promise rejects.
 */

/**
 * Runs a command to its end and rejects, with the end of its output, unless it exits with 0.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{stdout: string, stderr: string}>}
 */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: options.timeoutMs,
    killSignal: "SIGKILL",
    windowsHide: true,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const [code, signal] = await once(child, "close");
  if (code === 0) return { stdout, stderr };
  const tail = (stderr + stdout).trim().split("\n").slice(-15).join("\n");
  throw new Error(
    `${path.basename(command)} ${args.join(" ")} ended with ${signal ?? code}:\n${tail}`,
  );
}

/**
 * @param {string[]} names Commands to look for, the best first.
 * @returns {string | undefined} The full path of the first one that is on the PATH.
 */
export function findOnPath(...names) {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const endings = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  for (const name of names) {
    for (const folder of folders.filter(path.isAbsolute)) {
      for (const ending of endings) {
        const file = path.join(folder, name + ending);
        if (isExecutable(file)) return file;
      }
    }
  }
  return undefined;
}

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // Absent, or not ours to run: either way it is not a candidate.
  }
}

// @ts-check
// Owns the child processes that go on running: each is started as a group and ended with all that it forked.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * @typedef {object} ProcessGroup
 * @property {number} pid
 * @property {() => string} log The end of what it has printed, stdout and stderr together.
 * @property {(pattern: RegExp, timeoutMs: number) => Promise<RegExpExecArray>} waitForLine
 * @property {Promise<number>} ended The exit code; 128 when a signal ended it.
 * @property {() => Promise<void>} stop Ends every process of the group; resolves when they are gone.
 */

/** In UTF-16 units: enough for any failure, and bounded for a server that is left running. */
const keptLogLength = 1_000_000;

/** @type {Set<number>} */
const liveGroups = new Set();

/**
 * Starts a process as the leader of its own group, so that what it forks can be ended with it.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, onOutput?: (text: string) => void}} [options]
 * @returns {ProcessGroup}
 */
export function startGroup(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  let log = "";
  /** @type {Set<() => void>} */
  const watchers = new Set();
  /** @param {string} text */
  const take = (text) => {
    log = (log + text).slice(-keptLogLength);
    options.onOutput?.(text);
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  const pid = child.pid ?? 0;
  if (pid !== 0) remember(pid);
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    child.on("error", (error) => {
      take(`${error.message}\n`);
      resolve(127);
    });
    child.on("exit", (code) => resolve(code ?? 128));
  });
  return {
    pid,
    ended,
    log: () => log,
    waitForLine: (pattern, timeoutMs) =>
      waitForLine({ pattern, timeoutMs, ended, watchers, log: () => log }),
    async stop() {
      if (pid !== 0) await endGroup(pid, ended);
    },
  };
}

/**
 * @param {{pattern: RegExp, timeoutMs: number, ended: Promise<number>, watchers: Set<() => void>, log: () => string}} wait
 * @returns {Promise<RegExpExecArray>}
 */
async function waitForLine({ pattern, timeoutMs, ended, watchers, log }) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {(() => void) | undefined} */
  let watcher;
  try {
    return await new Promise((resolve, reject) => {
      /** @param {string} why */
      const fail = (why) =>
        reject(new Error(`${why} before ${pattern}:\n${log().slice(-2000)}`));
      watcher = () => {
        const match = pattern.exec(log());
        if (match) resolve(match);
      };
      watchers.add(watcher);
      watcher();
      timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
      void ended.then((code) => fail(`The process ended with ${code}`));
    });
  } finally {
    clearTimeout(timer);
    if (watcher) watchers.delete(watcher);
  }
}

/**
 * @param {number} pid
 * @param {Promise<number>} ended
 */
async function endGroup(pid, ended) {
  signalGroup(pid, "SIGTERM");
  const graceMs = 3000;
  const gone = await Promise.race([
    ended.then(() => true),
    delay(graceMs, false, { ref: false }),
  ]);
  if (!gone) signalGroup(pid, "SIGKILL");
  await ended;
  signalGroup(pid, "SIGKILL");
  // Members that outlive the leader report to nobody, so asking the kernel is the only way to see them go.
  for (let round = 0; round < 100 && hasMembers(pid); round++) await delay(20);
  liveGroups.delete(pid);
}

/**
 * In a container nobody may collect the dead for seconds, and to a signal they still count as there.
 * @param {number} pid
 */
function hasMembers(pid) {
  if (process.platform !== "linux") return signalGroup(pid, "SIGKILL");
  return readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] !== "Z" && Number(fields[2]) === pid;
    } catch {
      return false; // It ended between the two reads.
    }
  });
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 * @returns {boolean} Whether the group still had a member.
 */
function signalGroup(pid, signal) {
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" });
    return false;
  }
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false; // ESRCH: the last member is gone.
  }
}

/**
 * A detached group outlives a Ctrl-C, so this process ends its groups when it ends itself.
 * @param {number} pid
 */
function remember(pid) {
  if (liveGroups.size === 0 && process.listenerCount("exit", endAll) === 0) {
    process.on("exit", endAll);
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
      process.on(signal, () => {
        // A caller with its own handler decides itself when to leave.
        if (process.listenerCount(signal) === 1) process.exit(130);
      });
  }
  liveGroups.add(pid);
}

function endAll() {
  for (const pid of liveGroups) signalGroup(pid, "SIGKILL");
}

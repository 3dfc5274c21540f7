// @ts-check
// Hosts of conversations that are killed -9, and what is left of their processes 5 s later.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "esbuild";
import { demoEnvironment } from "../../../scripts/lib/claudeCli.mjs";
import { cleanEnvironment } from "../../../scripts/lib/cleanEnvironment.mjs";
import { startScriptedModel } from "../../../scripts/lib/scriptedModel.mjs";

/** The promise. */
const limitMs = 5_000;
const startLimitMs = 30_000;

/**
 * What the host is doing when it is killed.
 * @type {readonly {name: string, prompt: string | null, isThere: (seen: Seen) => boolean}[]}
 */
const moments = [
  {
    name: "in the middle of an answer",
    prompt: "MOCK:hang",
    isThere: ({ activity }) => activity === "running",
  },
  {
    name: "while a command runs",
    prompt: "MOCK:bash=echo started > started.txt && sleep 1000",
    isThere: ({ folder }) => readdirSync(folder).includes("started.txt"),
  },
  {
    name: "while it is idle",
    prompt: "MOCK:chunks=1",
    isThere: ({ activity }) => activity === "idle",
  },
  {
    name: "while a process starts",
    prompt: "MOCK:chunks=1",
    isThere: ({ activity, rows }) => activity === "starting" && rows > 0,
  },
  {
    name: "with a process in advance only",
    prompt: null,
    isThere: ({ rows }) => rows > 0,
  },
];

/** @typedef {{activity: string, rows: number, watchdog: number, reaped: number[] | undefined, folder: string}} Seen */
/** @typedef {{moment: string, withWatchdog: boolean, started: number, goneMs: number}} Cycle */

/**
 * Every fourth time the watchdog is killed with its host: what is left then is
 * ended by the next host.
 * @param {{cliPath: string, cycles: number, node?: string, onCycle?: (cycle: Cycle) => void}} options
 * @returns {Promise<Cycle[]>} `goneMs`: until none was left. Throws when one is left after 5 s.
 */
export async function runOrphanCycles({
  cliPath,
  cycles,
  node = process.execPath,
  onCycle,
}) {
  const root = realpathSync(
    mkdtempSync(path.join(tmpdir(), "failproof-orphans-")),
  );
  const model = await startScriptedModel();
  try {
    const place = {
      ...{ root, cliPath, node, key: randomUUID(), baseUrl: model.url },
      watchdogPath: await bundled(root, "src/node/watchdogMain.ts"),
      hostPath: await bundled(root, "test/fakes/conversationHost.ts"),
    };
    /** @type {Cycle[]} */
    const done = [];
    for (let number = 0; number < cycles; number++) {
      const cycle = await runCycle(place, number);
      done.push(cycle);
      onCycle?.(cycle);
    }
    return done;
  } finally {
    for (const pid of processesOf(root)) process.kill(pid, "SIGKILL");
    await model.stop();
    await delay(100);
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @typedef {{root: string, cliPath: string, node: string, key: string, baseUrl: string, watchdogPath: string, hostPath: string}} Place */

/**
 * @param {Place} place
 * @param {number} number
 */
async function runCycle(place, number) {
  const moment = moments[number % moments.length] ?? moments[0];
  if (!moment) throw new Error("There are no moments.");
  const withWatchdog = number % 4 === 1;
  const host = startHost(place, number, moment.prompt);
  await until(
    () => moment.isThere(host.seen),
    `the host is ${moment.name}`,
    startLimitMs,
    host.ask,
  );
  const started = processesOf(place.root).length;
  if (started < 3) throw new Error(`Only ${started} processes ${moment.name}.`);
  if (withWatchdog) process.kill(host.seen.watchdog, "SIGKILL");
  host.child.kill("SIGKILL");
  // Without the watchdog they are gone when the next host has looked.
  if (withWatchdog) await reap(place, number);
  const killedMs = performance.now();
  const left = () => processesOf(place.root);
  await until(
    () => left().length === 0,
    `none is left that was ${moment.name}`,
    limitMs,
  );
  const goneMs = Math.round(performance.now() - killedMs);
  return { moment: moment.name, withWatchdog, started, goneMs };
}

/**
 * The next host, which is ended in the ordinary way once it has looked.
 * @param {Place} place
 * @param {number} number
 */
async function reap(place, number) {
  const host = startHost(place, number, null);
  await until(
    () => host.seen.reaped !== undefined,
    "the next host has looked",
    startLimitMs,
  );
  host.child.kill("SIGKILL");
}

/**
 * @param {Place} place
 * @param {number} number
 * @param {string | null} prompt
 */
function startHost(place, number, prompt) {
  const { root, cliPath, key, watchdogPath, hostPath } = place;
  const folder = path.join(root, `work-${number}`);
  mkdirSync(folder, { recursive: true });
  const options = {
    cliPath,
    watchdogPath,
    folder,
    key,
    prompt,
    dataFolder: path.join(root, "data"),
  };
  const home = path.join(root, "home");
  const child = spawn(place.node, [hostPath, JSON.stringify(options)], {
    env: {
      ...cleanEnvironment(),
      ...demoEnvironment({ home, baseUrl: place.baseUrl }),
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  /** @type {Seen} */
  const seen = {
    activity: "",
    rows: 0,
    watchdog: 0,
    reaped: undefined,
    folder,
  };
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text);
    seen.activity = line.activity ?? seen.activity;
    seen.watchdog = line.watchdog ?? seen.watchdog;
    seen.reaped = line.reaped ?? seen.reaped;
    seen.rows = line.rows?.length ?? seen.rows;
  });
  // It dies while it is written to.
  child.stdin.on("error", () => {});
  const ask = () => {
    child.stdin.write("\n");
  };
  return { child, seen, ask };
}

/**
 * Whatever was started by these hosts, and by what they started: all have the folder in their environment.
 * @param {string} root
 */
function processesOf(root) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isThere = readFileSync(`/proc/${pid}/environ`, "latin1").includes(
          root,
        );
        return (
          isThere &&
          !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
        );
      } catch {
        return false; // It has gone, or it is somebody else's.
      }
    })
    .map(Number);
}

/**
 * @param {() => boolean} isSo
 * @param {string} what
 * @param {number} withinMs
 * @param {() => void} [meanwhile]
 */
async function until(isSo, what, withinMs, meanwhile) {
  const endMs = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > endMs)
      throw new Error(`Not within ${withinMs} ms: ${what}`);
    meanwhile?.();
    await delay(20);
  }
}

/**
 * @param {string} root
 * @param {string} entry
 */
async function bundled(root, entry) {
  const outfile = path.join(
    root,
    "programs",
    `${path.basename(entry, ".ts")}.js`,
  );
  await build({
    ...{ entryPoints: [entry], outfile, bundle: true },
    ...{ platform: "node", format: "cjs", target: "node20", logLevel: "error" },
  });
  return outfile;
}

// @ts-check
/**
 * What a run of the extension needs around its editor, as real processes: the
 * embedded server, a sample workspace, and a Claude CLI, which is the user's
 * own or the pinned one with a scripted model behind it. Private folders
 * throughout; `stop` ends it all and removes them.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { demoEnvironment, ensureClaudeCli } from "./claudeCli.mjs";
import { startCloud } from "./cloud.mjs";
import { makeSampleWorkspace } from "./sampleWorkspace.mjs";
import { startScriptedModel } from "./scriptedModel.mjs";

/** The promise is 5 s for the last child of a window; a busy machine may take a little longer. */
const lastChildMs = 8_000;

/**
 * @param {{ownCli?: string | undefined, cloudArgs?: string[]}} [options] `ownCli` is the path of the user's
 *   own CLI, which is used as it is set up; without it the scripted model answers.
 */
export async function startServices({ ownCli, cloudArgs = [] } = {}) {
  /** @type {(() => Promise<unknown>)[]} */
  const cleanups = [];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) {
      // One that fails must not keep the others from their work.
      await cleanup().catch((error) => console.error(error));
    }
  };
  try {
    const base = await mkdtemp(path.join(tmpdir(), "failproof-run-"));
    const folder = await realpath(base);
    const inFolder = (/** @type {string} */ name) => path.join(folder, name);
    cleanups.push(() =>
      rm(folder, { recursive: true, force: true, maxRetries: 5 }),
    );
    cleanups.push(() => whenGone(folder));
    const workspace = await makeSampleWorkspace(inFolder("greeter"));
    const startServer = (/** @type {string} */ port) =>
      startCloud({
        dataDir: inFolder("cloud"),
        args: ["--interval-seconds", "1", "--port", port, ...cloudArgs],
      });
    const cloud = await startServer("0");
    cleanups.push(cloud.stop);
    /** The server again, with the same data and address, after it was stopped. */
    const restartCloud = async () => {
      const again = await startServer(new URL(cloud.url).port);
      cleanups.push(again.stop);
    };
    const model = ownCli ? undefined : await startScriptedModel();
    if (model) {
      cleanups.push(model.stop);
    }
    const cli = model
      ? await scriptedCli(inFolder("home"), model.url)
      : { path: ownCli ?? "", env: ownEnvironment(inFolder("failproof")) };
    const settings = {
      "failproof.serverUrl": cloud.url,
      "failproof.cli.path": cli.path,
    };
    return {
      ...{ folder, workspace, cloud, restartCloud, model, cli },
      ...{ settings, cleanups, stop },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {string} home
 * @param {string} baseUrl
 */
async function scriptedCli(home, baseUrl) {
  const { path } = await ensureClaudeCli();
  const env = { ...demoEnvironment({ home, baseUrl }), FAILPROOF_DEMO: "1" };
  return { path, env };
}

/**
 * The user's own CLI needs the user's own home and variables; what Failproof
 * keeps on disk is private to this run all the same.
 * @param {string} failproofHome
 * @returns {Record<string, string>}
 */
function ownEnvironment(failproofHome) {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && /^(ANTHROPIC_|CLAUDE_CODE_|CLAUDE_CONFIG)/.test(name)
      ? [[name, value]]
      : [],
  );
  return {
    ...Object.fromEntries(own),
    HOME: homedir(),
    USERPROFILE: homedir(),
    FAILPROOFAI_HOME: failproofHome,
  };
}

/**
 * The relay drains and the watchdog does its work after the editor has gone:
 * nobody is told of their ends, so the process table is asked.
 * @param {string} folder
 */
async function whenGone(folder) {
  if (process.platform === "win32") {
    return;
  }
  const until = Date.now() + lastChildMs;
  const isAnyLeft = () => commandLines().some((line) => line.includes(folder));
  while (isAnyLeft() && Date.now() < until) {
    await delay(50);
  }
}

/** @returns {string[]} Of all processes; the dead have none. */
function commandLines() {
  if (process.platform !== "linux") {
    return execFileSync("ps", ["-axo", "args="], { encoding: "utf8" }).split(
      "\n",
    );
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return ""; // It ended between the two reads.
      }
    });
}

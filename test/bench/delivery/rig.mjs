// @ts-check
import { randomBytes, randomUUID } from "node:crypto";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "esbuild";
import { root } from "../../../scripts/lib/bootstrap.mjs";
import { startCloud } from "../../../scripts/lib/cloud.mjs";
import { ensureNode } from "../../../scripts/lib/node.mjs";
import { run } from "../../../scripts/lib/processes.mjs";

/**
 * @typedef {typeof import("../../../src/base/log")
 *   & typeof import("../../../src/node/systemClock")
 *   & typeof import("../../../src/queue/queueFolder")
 *   & typeof import("../../../src/queue/signedInMarker")
 *   & typeof import("../../../src/relay/relayFinder")
 *   & typeof import("../../../src/relay/supervisor")} WindowParts
 */

const modules = [
  "base/log",
  "node/systemClock",
  "queue/queueFolder",
  "queue/signedInMarker",
  "relay/relayFinder",
  "relay/supervisor",
];

/** @returns {Promise<WindowParts>} What a window has of the delivery, bundled as the extension is. */
async function loadWindowParts() {
  const outfile = `${root}out/bench/window.cjs`;
  await build({
    absWorkingDir: root,
    stdin: {
      contents: modules.map((name) => `export * from "./${name}";`).join("\n"),
      resolveDir: `${root}src`,
      loader: "ts",
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "warning",
  });
  return createRequire(import.meta.url)(outfile);
}

/**
 * The embedded server with its SQLite file, a queue, and a window that has the
 * relay deliver it: the built programs (dist/), each a process of its own,
 * under the Node that the tests use. `dist` is where they were built.
 * @param {string} dist
 */
export async function startRig(dist) {
  const folder = mkdtempSync(path.join(tmpdir(), "delivery-"));
  const home = path.join(folder, "home");
  const cloud = await startCloud({ dataDir: path.join(folder, "cloud") });
  const accessToken = await signIn(cloud.url);
  const parts = await loadWindowParts();
  const { path: node } = await ensureNode();
  const paths = parts.queuePaths({ FAILPROOFAI_HOME: home });
  parts.ensureQueueFolder(paths);
  parts.setSignedInMarker(paths);
  const relay = path.join(dist, "relay.js");
  const common = {
    build: "0",
    clock: parts.systemClock,
    random: parts.systemRandom,
    log: parts.nullLogger,
  };
  const finder = new parts.RelayFinder({
    command: node,
    args: [relay],
    env: { FAILPROOFAI_HOME: home, TMPDIR: process.env["TMPDIR"] },
    ...common,
  });
  const window = new parts.RelaySupervisor({ finder, ...common });
  window.start();
  return {
    window,
    paths,
    /** The relay delivers from now on. */
    deliver: () => window.setCredential({ serverUrl: cloud.url, accessToken }),
    pause: () => window.setCredential(undefined),
    relayPid: () => pidOf(relay, home),
    /** How many events the server has, each once. */
    stored: async () => {
      const file = path.join(folder, "cloud", "failproof.sqlite");
      const script = `const { DatabaseSync } = require("node:sqlite");
        const db = new DatabaseSync(${JSON.stringify(file)}, { readOnly: true });
        console.log(db.prepare("SELECT count(*) AS n FROM events").get().n);`;
      return Number((await run(node, ["-e", script])).stdout);
    },
    stop: async () => {
      await window.stop();
      window.dispose();
      await cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof startRig>>} Rig */

/**
 * Waits for what real processes do in a time of their own.
 * @template T
 * @param {() => T | undefined | false} look
 * @param {string} what
 * @param {number} [limitMs]
 * @returns {Promise<T>}
 */
export async function until(look, what, limitMs = 60_000) {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > endMs) throw new Error(`Did not happen: ${what}`);
    await delay(5);
  }
}

/**
 * Puts events into the hooks' file, as if they had been appended one by one;
 * false when what was put there before is still waiting to be taken.
 * @param {import("../../../src/queue/queueFolder").QueuePaths} paths
 * @param {number} count
 */
export function queueEvents(paths, count) {
  const whole = path.join(paths.home, `fill-${randomUUID()}`);
  mkdirSync(paths.home, { recursive: true });
  const lines = Array.from({ length: count }, () => JSON.stringify(event()));
  writeFileSync(whole, `${lines.join("\n")}\n`, { mode: 0o600 });
  try {
    linkSync(whole, paths.pending);
    return true;
  } catch {
    return false; // Still there: the relay has not taken it yet.
  } finally {
    rmSync(whole);
  }
}

const session = randomUUID();
const cwdHash = randomBytes(32).toString("hex");

/** What a hook records of a tool call that a rule allowed. */
function event() {
  return {
    client_event_id: randomUUID(),
    timestamp: Date.now(),
    event_type: "tool_use",
    tool_name: "Bash",
    policy_name: null,
    policy_names: null,
    decision: "allow",
    reason: "Allowed by a rule of the project's settings.",
    duration_ms: 12,
    session_id: session,
    cwd_hash: cwdHash,
    permission_mode: "default",
    hook_event_name: "PreToolUse",
    integration: "claude-code",
    source: "hook",
  };
}

/**
 * @param {string} script
 * @param {string} home
 */
function pidOf(script, home) {
  for (const name of readdirSync("/proc").filter((n) => /^\d+$/.test(n))) {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      const environ = readFileSync(`/proc/${name}/environ`, "utf8");
      if (command.split("\0").includes(script) && environ.includes(home))
        return Number(name);
    } catch {
      // It ended meanwhile, or is another user's.
    }
  }
  return undefined;
}

/**
 * The device flow, as the browser and the extension go through it.
 * @param {string} url
 * @returns {Promise<string>} The access token.
 */
async function signIn(url) {
  /** @type {(name: string, body: object) => Promise<any>} */
  const post = async (name, body) =>
    (
      await fetch(`${url}/api/v1/auth/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      })
    ).json();
  const code = await post("device-code", {});
  const page = await (await fetch(code.verification_uri_complete)).text();
  const valueOf = (/** @type {string} */ name) =>
    new RegExp(`name="${name}"\\s[^>]*?value="([^"]*)"`).exec(page)?.[1] ?? "";
  await fetch(`${url}/device`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams({
      form_token: valueOf("form_token"),
      user_code: valueOf("user_code"),
      email: "bench@localhost",
      answer: "approve",
    }),
  });
  const { device_code } = code;
  return (await post("device-token", { device_code })).access_token;
}

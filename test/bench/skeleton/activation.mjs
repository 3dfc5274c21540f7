// @ts-check
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { failproofPage } from "../../../scripts/lib/failproofPage.mjs";
import { makeSampleWorkspace } from "../../../scripts/lib/sampleWorkspace.mjs";
import { launchBrowser } from "../../../scripts/lib/stack.mjs";
import {
  installVsix,
  startVscodeServer,
} from "../../../scripts/lib/vscodeServer.mjs";
import { workbenchUrl } from "../../../scripts/lib/workbench.mjs";
import { median, percentile } from "../lib/statistics.mjs";

/** @typedef {import("playwright-core").Page} Page */

/**
 * What VS Code's extension host took of an activation, in whole milliseconds.
 * @typedef {object} Activation
 * @property {number} load Reading and running the bundle.
 * @property {number} call The synchronous part of `activate`.
 * @property {number} finish Until its promise was settled: mostly waiting.
 */

const windows = 20;
const ours = "failproof.failproof";
/** Part of VS Code, and does about what we do when it starts: something to compare with. */
const neighbour = "vscode.git";
const patienceMs = 30_000;

/**
 * The packaged extension in a real VS Code server, each time in a new browser
 * and so in a new extension host. VS Code's own figures, from `Developer:
 * Startup Performance`: load + call is what `Show Running Extensions` shows.
 * @param {import("../../../scripts/bench.mjs").Report} report
 * @param {string} vsix
 */
export async function measureActivation(report, vsix) {
  console.error(`Activation, in ${windows} new windows (about 3 minutes)…`);
  const folder = mkdtempSync(path.join(tmpdir(), "activation-"));
  const workspace = await makeSampleWorkspace(path.join(folder, "greeter"));
  const places = {
    dataDir: path.join(folder, "vscode"),
    extensionsDir: path.join(folder, "extensions"),
  };
  await installVsix({ ...places, vsix });
  const server = await startVscodeServer(places);
  /** @type {Map<string, Activation>[]} */
  const seen = [];
  try {
    const url = workbenchUrl(server, workspace);
    // The first window of a server finds cold file caches, and makes folders: not counted.
    await activationsOf(url);
    while (seen.length < windows) {
      seen.push(await activationsOf(url));
    }
  } finally {
    await server.stop();
  }
  for (const id of [ours, neighbour]) console.error(summary(id, seen));
  const values = valuesOf(ours, seen).map(shown);
  report({
    metric: "activation_p95_ms",
    value: percentile(values, 95),
    unit: "ms",
    n: values.length,
  });
}

/**
 * Opens a window and reads its table.
 * @param {string} url
 */
async function activationsOf(url) {
  const { browser, context } = await launchBrowser();
  try {
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    await page.goto(url);
    const { statusBar, runCommand } = failproofPage(page);
    await statusBar.waitFor();
    await runCommand("Developer: Startup Performance");
    const activations = await readTable(page);
    // A window that says goodbye takes its extension host along; one that is cut off keeps it for hours.
    await page.goto("about:blank");
    return activations;
  } finally {
    await browser.close();
  }
}

/**
 * The editor draws only the lines in view, so its whole text is copied. VS
 * Code writes it anew whenever an extension was activated.
 * @param {Page} page
 */
async function readTable(page) {
  const editor = page.locator(".editor-instance .view-lines").first();
  await editor.waitFor();
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    await editor.click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.press("ControlOrMeta+C");
    const text = await page.evaluate("navigator.clipboard.readText()");
    const activations = parse(String(text));
    if (activations.has(ours)) return activations;
    await delay(200);
  }
  throw new Error(`VS Code tells of no activation of ${ours}.`);
}

/** Extension | Eager | Load Code | Call Activate | Finish Activate | … */
const row =
  /^\| (?<id>[\w.-]+) +\| (?:true|false) +\| (?<load>\d+) +\| (?<call>\d+) +\| (?<finish>\d+) +\|/gm;

/** @param {string} text */
function parse(text) {
  /** @type {Map<string, Activation>} */
  const activations = new Map();
  for (const { groups = {} } of text.matchAll(row)) {
    activations.set(String(groups["id"]), {
      load: Number(groups["load"]),
      call: Number(groups["call"]),
      finish: Number(groups["finish"]),
    });
  }
  return activations;
}

/**
 * @param {string} id
 * @param {Map<string, Activation>[]} seen
 */
const valuesOf = (id, seen) =>
  seen.flatMap((activations) => activations.get(id) ?? []);

/**
 * @param {string} id
 * @param {Map<string, Activation>[]} seen
 */
function summary(id, seen) {
  const all = valuesOf(id, seen);
  const columns = {
    "load + call": all.map(shown),
    load: all.map(({ load }) => load),
    call: all.map(({ call }) => call),
    finish: all.map(({ finish }) => finish),
  };
  const parts = Object.entries(columns).map(
    ([name, values]) =>
      `${name} ${median(values)} (p95 ${percentile(values, 95)})`,
  );
  return `${id}, medians in ms of ${all.length}: ${parts.join(", ")}`;
}

/**
 * As `Show Running Extensions` has it.
 * @param {Activation} activation
 */
const shown = ({ load, call }) => load + call;

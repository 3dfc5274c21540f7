#!/usr/bin/env node
// @ts-check
// Stands in for a desktop VS Code where none can be had: takes the flags with which `runTests` of
// @vscode/test-electron starts one, runs the tests in the extension host of a VS Code server with a
// headless Chromium as its window, and exits with their code.
//
// FAILPROOF_TEST_ENV (JSON) is more environment for the extension host; the host also gets FAILPROOF_UI_BRIDGE,
// the address described in lib/uiBridge.mjs. With FAILPROOF_ARTIFACTS, a folder, a failed run leaves a picture
// and VS Code's logs there. FAILPROOF_TEST_TIMEOUT_MS bounds the whole run (10 minutes unless told).
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { chromiumLaunchOptions } from "./lib/chromium.mjs";
import {
  extraEnvironment,
  parseHostFlags,
  readSettings,
} from "./lib/hostFlags.mjs";
import { createTestLog } from "./lib/testLog.mjs";
import { startUiBridge } from "./lib/uiBridge.mjs";
import { startVscodeServer } from "./lib/vscodeServer.mjs";
import { remoteUri, workbenchUrl } from "./lib/workbench.mjs";

/** @typedef {import('./lib/hostFlags.mjs').HostFlags} HostFlags */
/** @typedef {import('playwright-core').Page} Page */

/** @type {(() => Promise<unknown>)[]} */
const cleanups = [];
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
  process.on(signal, () => void end(130));

/** @type {Promise<never> | undefined} */
let ending;
try {
  const code = await runInHost(parseHostFlags(process.argv.slice(2)));
  await end(code);
} catch (error) {
  // Once it is ending, the browser and the server are expected to be gone.
  if (!ending) process.stderr.write(`${describe(error)}\n`);
  await end(1);
}

/**
 * @param {number} exitCode The first one counts.
 * @returns {Promise<never>}
 */
function end(exitCode) {
  ending ??= cleanUp().then(() => process.exit(exitCode));
  return ending;
}

async function cleanUp() {
  // Last started, first ended; one that fails must not keep the others alive.
  for (const cleanup of cleanups.splice(0).reverse())
    await cleanup().catch((error) =>
      process.stderr.write(`${describe(error)}\n`),
    );
}

/** @param {unknown} error */
function describe(error) {
  return error instanceof Error ? (error.stack ?? error.message) : error;
}

/**
 * @param {HostFlags} flags
 * @returns {Promise<number>}
 */
async function runInHost(flags) {
  const dataDir = await mkdtemp(path.join(tmpdir(), "failproof-host-"));
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startVscodeServer({
    dataDir,
    extensionsDir: flags.extensionsDir ?? path.join(dataDir, "extensions"),
    settings: await readSettings(flags),
    smokeTestDriver: true,
  });
  cleanups.push(server.stop);
  const browser = await chromium.launch({
    ...(await chromiumLaunchOptions()),
    // Playwright would leave at once, before the server is ended.
    ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
  });
  cleanups.push(() => browser.close());
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
  });
  const bridge = await startUiBridge(page);
  cleanups.push(bridge.stop);
  const folder = flags.workspace ?? path.join(dataDir, "workspace");
  if (!flags.workspace) await mkdir(folder);
  const env = {
    ...extraEnvironment(),
    FAILPROOF_UI_BRIDGE: bridge.url,
    FAILPROOF_TEST_LOGS: path.join(dataDir, "data", "logs"),
  };
  const url = workbenchUrl(server, folder, payload(server, flags, env));
  return outcome(page, url, server.ended);
}

/**
 * @param {{port: number}} server
 * @param {HostFlags} flags
 * @param {Record<string, string>} env
 * @returns {[string, string][]}
 */
function payload(server, flags, env) {
  return [
    ...flags.developmentPaths.map((file) => {
      /** @type {[string, string]} */
      const entry = ["extensionDevelopmentPath", remoteUri(server, file)];
      return entry;
    }),
    ["extensionTestsPath", remoteUri(server, flags.testsPath)],
    ["extensionEnvironment", JSON.stringify(env)],
    ["skipWelcome", "true"],
    ["skipReleaseNotes", "true"],
  ];
}

/**
 * @param {Page} page
 * @param {string} url
 * @param {Promise<number>} serverEnded
 * @returns {Promise<number>} The tests' code.
 */
async function outcome(page, url, serverEnded) {
  const log = createTestLog();
  try {
    const { code, logs } = await testsEnd(page, url, serverEnded, log.take);
    if (code !== 0) await keepArtifacts(page, logs);
    if (code !== 0 && !log.sawTests()) process.stderr.write(log.tail());
    return code;
  } catch (error) {
    if (!ending) {
      await keepArtifacts(page, []);
      process.stderr.write(log.tail());
    }
    throw error;
  }
}

/**
 * @param {Page} page
 * @param {string} url
 * @param {Promise<number>} serverEnded
 * @param {(type: string, values: unknown[]) => void} takeLog
 * @returns {Promise<{code: number, logs: LogFile[]}>}
 */
async function testsEnd(page, url, serverEnded, takeLog) {
  const limitMs = Number(process.env["FAILPROOF_TEST_TIMEOUT_MS"] ?? 600_000);
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      /** @param {string} why */
      const fail = (why) => reject(new Error(why));
      timer = setTimeout(() => fail(`${limitMs} ms passed`), limitMs);
      page.on("crash", () => fail("The page crashed."));
      void serverEnded.then((code) => fail(`The server ended with ${code}.`));
      /** @type {(code: number, logs: LogFile[]) => void} */
      const finish = (code, logs) => resolve({ code, logs });
      // VS Code looks for these two while it starts, so they must be there before the page is.
      Promise.all([
        page.exposeFunction("codeAutomationLog", takeLog),
        page.exposeFunction("codeAutomationExit", finish),
      ])
        .then(() => page.goto(url))
        .catch(reject);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** @typedef {{relativePath: string, contents: string}} LogFile */

/**
 * @param {Page} page
 * @param {LogFile[]} logs
 */
async function keepArtifacts(page, logs) {
  const folder = process.env["FAILPROOF_ARTIFACTS"];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  for (const { relativePath, contents } of logs) {
    const name = relativePath.replaceAll(/[\\/]/g, "-");
    await writeFile(path.join(folder, name), contents);
  }
  if (!page.isClosed())
    await page.screenshot({ path: path.join(folder, "host-tests-failed.png") });
}

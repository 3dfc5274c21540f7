// @ts-check
/**
 * Everything that a run of the extension needs, as real processes: the
 * embedded server, the scripted model with the real CLI in front of it, a
 * sample workspace, and a VS Code server with failproof.vsix installed.
 * Private folders throughout; `stop` ends it all and removes them.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { vsixPath } from "../package.mjs";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { demoEnvironment, ensureClaudeCli } from "./claudeCli.mjs";
import { startCloud } from "./cloud.mjs";
import { makeSampleWorkspace } from "./sampleWorkspace.mjs";
import { startScriptedModel } from "./scriptedModel.mjs";
import { installVsix, startVscodeServer } from "./vscodeServer.mjs";
import { workbenchUrl } from "./workbench.mjs";

/**
 * @typedef {object} StackOptions
 * @property {Record<string, unknown>} [settings] Over those that make it work.
 * @property {boolean} [workspaceTrust]
 * @property {string[]} [cloudArgs]
 * @property {boolean} [withoutFolder] Open no folder.
 */

/** @typedef {Awaited<ReturnType<typeof startStack>>} Stack */

/** @param {StackOptions} [options] */
export async function startStack(options = {}) {
  /** @type {(() => Promise<unknown>)[]} */
  const cleanups = [];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) {
      await cleanup();
    }
  };
  try {
    const folder = await mkdtemp(path.join(tmpdir(), "failproof-run-"));
    cleanups.push(() =>
      rm(folder, { recursive: true, force: true, maxRetries: 5 }),
    );
    const inFolder = (/** @type {string} */ name) => path.join(folder, name);
    const workspace = await makeSampleWorkspace(inFolder("greeter"));
    const cloud = await startCloud({
      dataDir: inFolder("cloud"),
      args: ["--interval-seconds", "1", ...(options.cloudArgs ?? [])],
    });
    cleanups.push(cloud.stop);
    const model = await startScriptedModel();
    cleanups.push(model.stop);
    const cli = await ensureClaudeCli();
    const home = inFolder("home");
    const places = {
      dataDir: inFolder("vscode"),
      extensionsDir: inFolder("extensions"),
      env: {
        ...demoEnvironment({ home, baseUrl: model.url }),
        FAILPROOF_DEMO: "1",
      },
    };
    await installVsix({ ...places, vsix: vsixPath });
    const server = await startVscodeServer({
      ...places,
      // Its secrets survive a reload of the page, and it forwards loopback ports.
      entry: "code-server",
      ...(options.workspaceTrust ? { workspaceTrust: true } : {}),
      settings: {
        "failproof.serverUrl": cloud.url,
        "failproof.cli.path": cli.path,
        ...options.settings,
      },
    });
    cleanups.push(server.stop);
    const url = options.withoutFolder
      ? server.url
      : workbenchUrl(server, workspace);
    const queue = path.join(home, ".failproofai", "cache", "server-queue");
    const database = path.join(folder, "cloud", "failproof.sqlite");
    const logs = path.join(folder, "vscode", "data", "logs");
    return {
      ...{ stop, folder, workspace, home, queue, database, logs, url },
      ...{ cloud, model, server, cli },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A headless browser with one window of the size that VS Code is mostly used at. */
export async function launchBrowser() {
  const browser = await chromium.launch(await chromiumLaunchOptions());
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  return { browser, context };
}

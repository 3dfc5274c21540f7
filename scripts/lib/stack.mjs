// @ts-check
/**
 * A VS Code server with failproof.vsix installed, and all that it needs around
 * it (services.mjs): what the demo, the end-to-end tests and the benchmarks
 * run against. A scripted model answers.
 */
import path from "node:path";
import { chromium } from "playwright-core";
import { vsixPath } from "../package.mjs";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { startServices } from "./services.mjs";
import { installVsix, startVscodeServer } from "./vscodeServer.mjs";
import { workbenchUrl } from "./workbench.mjs";

/**
 * @typedef {object} StackOptions
 * @property {Record<string, unknown>} [settings] Over those that make it work.
 * @property {boolean} [workspaceTrust]
 * @property {string[]} [cloudArgs]
 * @property {boolean} [withoutFolder] Open no folder.
 * @property {(url: string) => Promise<string>} [through] Given the server's address, says which the extension uses.
 * @property {string | undefined} [ownCli] The user's own CLI instead of the scripted model.
 */

/** @typedef {Awaited<ReturnType<typeof startStack>>} Stack */

/** @param {StackOptions} [options] */
export async function startStack(options = {}) {
  const services = await startServices(options);
  const { folder, workspace, cloud, model, cli, cleanups, stop } = services;
  const { restartCloud } = services;
  try {
    const places = {
      dataDir: path.join(folder, "vscode"),
      extensionsDir: path.join(folder, "extensions"),
      env: cli.env,
    };
    await installVsix({ ...places, vsix: vsixPath });
    const serverUrl = await options.through?.(cloud.url);
    const server = await startVscodeServer({
      ...places,
      // Its secrets survive a reload of the page, and it forwards loopback ports.
      entry: "code-server",
      ...(options.workspaceTrust ? { workspaceTrust: true } : {}),
      settings: {
        ...services.settings,
        ...(serverUrl ? { "failproof.serverUrl": serverUrl } : {}),
        ...options.settings,
      },
    });
    cleanups.push(server.stop);
    const url = options.withoutFolder
      ? server.url
      : workbenchUrl(server, workspace);
    const home = path.join(folder, "home", ".failproofai");
    const queue = path.join(home, "cache", "server-queue");
    const database = path.join(folder, "cloud", "failproof.sqlite");
    return {
      ...{ stop, folder, workspace, queue, database, url },
      ...{ cloud, restartCloud, model, server, cli },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A headless browser with one window of the size that VS Code is mostly used at.
 * @param {{height?: number}} [options]
 */
export async function launchBrowser({ height = 800 } = {}) {
  const browser = await chromium.launch(await chromiumLaunchOptions());
  const context = await browser.newContext({
    viewport: { width: 1280, height },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  return { browser, context };
}

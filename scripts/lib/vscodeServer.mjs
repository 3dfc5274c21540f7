// @ts-check
// Starts and ends a VS Code server of one's own: private folders, private HOME, loopback, no marketplace.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { cleanEnvironment } from "./cleanEnvironment.mjs";
import { run } from "./processes.mjs";
import { startGroup } from "./processGroup.mjs";
import { ensureVscodeServer } from "./vscodeServerInstall.mjs";

export { ensureVscodeServer };

/**
 * @typedef {object} ServerOptions
 * @property {string} dataDir Everything the server writes, its HOME included unless `env` names one.
 * @property {string} extensionsDir Where `installVsix` puts extensions; may be empty.
 * @property {Record<string, unknown>} [settings] Laid over `quietSettings`.
 * @property {NodeJS.ProcessEnv} [env] Laid over `cleanEnvironment()`; the extension host inherits it.
 * @property {number} [port] A free one when left out.
 * @property {boolean} [smokeTestDriver] Needed for tests inside the extension host; toasts never show under it.
 * @property {boolean} [workspaceTrust] Open in restricted mode and ask whether the folder is trusted.
 * @property {'server-main' | 'code-server'} [entry] With VS Code's own `server-main`, the default, secrets are
 *   lost when the page is reloaded; code-server's entry keeps them, and has the `/proxy/PORT/` route.
 */

/**
 * @typedef {object} RunningServer
 * @property {string} url
 * @property {number} port
 * @property {() => string} log The end of what the server has printed.
 * @property {Promise<number>} ended
 * @property {() => Promise<void>} stop Ends the server and what it forked; resolves when they are gone.
 */

/** What makes a fresh VS Code show nothing but the folder and the extension. */
export const quietSettings = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.commandCenter": false,
  "window.title": "${activeEditorShort}${separator}${rootName}",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
};

/**
 * @param {ServerOptions} options
 * @returns {Promise<RunningServer>} When it listens.
 */
export async function startVscodeServer(options) {
  const { dir, node } = await ensureVscodeServer();
  const env = await environment(options);
  await writeSettings(options);
  const args =
    options.entry === "code-server"
      ? codeServerArguments(dir, options)
      : serverMainArguments(dir, options);
  const group = startGroup(node, args, { cwd: options.dataDir, env });
  try {
    const readyMs = 30_000;
    const ready = await group.waitForLine(readyLine, readyMs);
    const port = Number(ready.groups?.["port"]);
    return {
      url: `http://localhost:${port}`,
      port,
      log: group.log,
      ended: group.ended,
      stop: group.stop,
    };
  } catch (error) {
    await group.stop();
    throw error;
  }
}

/** The first form is VS Code's own, the second code-server's. */
const readyLine =
  /(?:Extension host agent listening on |HTTP server listening on http:\/\/[\d.]+:)(?<port>\d+)/;

/**
 * @param {{dataDir: string, extensionsDir: string, vsix: string, env?: NodeJS.ProcessEnv}} options
 */
export async function installVsix({ dataDir, extensionsDir, vsix, env = {} }) {
  const { dir, node } = await ensureVscodeServer();
  const folders = ["--server-data-dir", dataDir];
  folders.push("--user-data-dir", path.join(dataDir, "data"));
  folders.push("--extensions-dir", extensionsDir);
  const args = [...folders, "--force", "--install-extension", vsix];
  await run(node, [serverMain(dir), "--accept-server-license-terms", ...args], {
    env: await environment({ dataDir, extensionsDir, env }),
  });
}

/** @param {string} dir */
const serverMain = (dir) => path.join(dir, "lib/vscode/out/server-main.js");

/**
 * @param {string} dir
 * @param {ServerOptions} options
 */
function serverMainArguments(dir, options) {
  return [
    serverMain(dir),
    ...["--host", "127.0.0.1", "--port", String(options.port ?? 0)],
    "--without-connection-token",
    "--accept-server-license-terms",
    ...["--server-data-dir", options.dataDir],
    ...["--user-data-dir", path.join(options.dataDir, "data")],
    ...["--extensions-dir", options.extensionsDir],
    "--disable-telemetry",
    ...["--telemetry-level", "off"],
    "--disable-experiments",
    ...(options.workspaceTrust ? [] : ["--disable-workspace-trust"]),
    ...(options.smokeTestDriver ? ["--enable-smoke-test-driver"] : []),
  ];
}

/**
 * @param {string} dir
 * @param {ServerOptions} options
 */
function codeServerArguments(dir, options) {
  const driver = ["--vscode-option", "enable-smoke-test-driver"];
  return [
    path.join(dir, "out/node/entry.js"),
    ...["--bind-addr", `127.0.0.1:${options.port ?? 0}`, "--auth", "none"],
    ...["--config", path.join(options.dataDir, "code-server.yaml")],
    ...["--user-data-dir", path.join(options.dataDir, "data")],
    ...["--extensions-dir", options.extensionsDir],
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-getting-started-override",
    "--ignore-last-opened",
    ...(options.workspaceTrust ? [] : ["--disable-workspace-trust"]),
    ...(options.smokeTestDriver ? driver : []),
  ];
}

/** @param {ServerOptions} options */
async function environment({ dataDir, extensionsDir, env = {} }) {
  const home = env["HOME"] ?? path.join(dataDir, "home");
  await mkdir(extensionsDir, { recursive: true });
  await mkdir(home, { recursive: true });
  return {
    ...cleanEnvironment(),
    HOME: home,
    USERPROFILE: home,
    // An empty address stops every marketplace query.
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...env,
  };
}

/**
 * The user's file is what the workbench shows and edits; machine-scoped settings are read from the other.
 * @param {ServerOptions} options
 */
async function writeSettings({ dataDir, settings = {}, workspaceTrust }) {
  const prompt = { "security.workspace.trust.startupPrompt": "always" };
  const trust = workspaceTrust ? prompt : {};
  const all = { ...quietSettings, ...trust, ...settings };
  const text = JSON.stringify(all, null, 2);
  for (const scope of ["User", "Machine"]) {
    const folder = path.join(dataDir, "data", scope);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "settings.json"), text);
  }
}

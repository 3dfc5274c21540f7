// @ts-check
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "./bootstrap.mjs";
import { cleanEnvironment } from "./cleanEnvironment.mjs";
import { startGroup } from "./processGroup.mjs";
import { startServices } from "./services.mjs";
import { startStack } from "./stack.mjs";
import { quietSettings } from "./vscodeServer.mjs";

/**
 * @typedef {object} OpenedEditor
 * @property {string | undefined} url Where to open it, if it is not open already.
 * @property {string} cloudUrl
 * @property {string} workspace
 * @property {Promise<unknown>} ended
 * @property {() => Promise<void>} stop
 */

/**
 * A desktop VS Code with profile folders of its own, which runs the extension
 * from this checkout.
 * @param {string} program
 * @param {string | undefined} ownCli
 * @returns {Promise<OpenedEditor>}
 */
export async function openDesktop(program, ownCli) {
  const { build } = await import("../build.mjs");
  await build();
  const services = await startServices({ ownCli });
  const { folder, workspace, cloud, cli, settings, cleanups, stop } = services;
  const userData = path.join(folder, "vscode");
  await mkdir(path.join(userData, "User"), { recursive: true });
  await writeFile(
    path.join(userData, "User", "settings.json"),
    JSON.stringify({ ...quietSettings, ...settings }, null, 2),
  );
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const group = startGroup(
    program,
    [
      ...asRoot,
      "--new-window",
      "--skip-welcome",
      "--skip-release-notes",
      "--disable-workspace-trust",
      `--extensionDevelopmentPath=${root}`,
      `--user-data-dir=${userData}`,
      `--extensions-dir=${path.join(folder, "extensions")}`,
      workspace,
    ],
    { env: { ...cleanEnvironment(), ...cli.env } },
  );
  cleanups.push(group.stop);
  return {
    url: undefined,
    cloudUrl: cloud.url,
    workspace,
    ended: group.ended,
    stop,
  };
}

/**
 * The server build, with the packaged extension installed.
 * @param {string | undefined} ownCli
 * @returns {Promise<OpenedEditor>}
 */
export async function openServer(ownCli) {
  const { packageExtension } = await import("../package.mjs");
  await packageExtension();
  const stack = await startStack({ ownCli });
  return {
    url: stack.url,
    cloudUrl: stack.cloud.url,
    workspace: stack.workspace,
    ended: stack.server.ended,
    stop: stack.stop,
  };
}

// @ts-check
import { ensureNode } from "./node.mjs";
import { root } from "./bootstrap.mjs";
import { cleanEnvironment } from "./cleanEnvironment.mjs";
import { startGroup } from "./processGroup.mjs";

/**
 * Starts the embedded server (dist/cloud.js, which must be built).
 * @param {{dataDir: string, args?: string[]}} options `args` are more of its flags.
 * @returns {Promise<{url: string, stop: () => Promise<void>, log: () => string}>}
 */
export async function startCloud({ dataDir, args = [] }) {
  const { path } = await ensureNode();
  const group = startGroup(
    path,
    [`${root}dist/cloud.js`, "--data", dataDir, ...args],
    { cwd: root, env: cleanEnvironment() },
  );
  try {
    const ready = await group.waitForLine(/"url":"(?<url>[^"]+)"/, 15_000);
    const url = ready.groups?.["url"] ?? "";
    return { url, stop: group.stop, log: group.log };
  } catch (error) {
    await group.stop();
    throw error;
  }
}

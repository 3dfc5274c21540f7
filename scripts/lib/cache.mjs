// @ts-check
// Owns the git-ignored folder in which the development tools keep what they install, each thing made once.
// A folder appears in it by one rename, complete and stamped, so no reader ever sees a half-made one.
import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const stampFile = ".stamp.json";

export const repositoryRoot = fileURLToPath(new URL("../..", import.meta.url));

/** @returns {string} FAILPROOF_DEV_CACHE, or `.cache` in the repository. */
function cacheRoot() {
  const chosen = process.env["FAILPROOF_DEV_CACHE"];
  return chosen ? path.resolve(chosen) : path.join(repositoryRoot, ".cache");
}

/**
 * @typedef {object} CacheEntry
 * @property {string} name What it is: part of its path, and of the line that is printed while it is made.
 * @property {string} version Another version is another folder beside it.
 * @property {(dir: string) => Promise<void>} make Fills an empty folder, which is then moved to its place.
 * @property {(dir: string) => Promise<boolean>} [check] Says whether a kept folder is still usable.
 * @property {number} [aboutSeconds] How long `make` takes, for the line that is printed.
 */

/**
 * @param {CacheEntry} entry
 * @returns {Promise<string>} The folder, made now unless it was there.
 */
export async function cached(entry) {
  const dir = path.join(cacheRoot(), entry.name, entry.version);
  if (await isUsable(dir, entry)) return dir;
  await mkdir(path.dirname(dir), { recursive: true });
  const release = await takeLock(`${dir}.lock`, entry.name);
  try {
    // Another process may have made it while this one waited.
    if (!(await isUsable(dir, entry))) await makeInPlace(dir, entry);
    return dir;
  } finally {
    await release();
  }
}

/**
 * @param {string} dir
 * @param {CacheEntry} entry
 */
async function isUsable(dir, entry) {
  try {
    const stamp = JSON.parse(await readFile(path.join(dir, stampFile), "utf8"));
    if (stamp.version !== entry.version) return false;
  } catch {
    return false; // No stamp, or half a stamp, is no folder.
  }
  return entry.check ? entry.check(dir) : true;
}

/**
 * @param {string} dir
 * @param {CacheEntry} entry
 */
async function makeInPlace(dir, entry) {
  const about = entry.aboutSeconds ? ` (about ${entry.aboutSeconds} s)` : "";
  process.stderr.write(`Installing ${entry.name} ${entry.version}${about}…\n`);
  await removeAbandoned(dir);
  const unfinished = `${dir}.${process.pid}.tmp`;
  await mkdir(unfinished);
  try {
    await entry.make(unfinished);
    const stamp = { version: entry.version, madeAt: new Date().toISOString() };
    await writeFile(path.join(unfinished, stampFile), JSON.stringify(stamp));
    // Two makers are possible after a stale lock: the first one wins, since its folder may be in use by now.
    if (await isUsable(dir, entry)) return;
    await rm(dir, { recursive: true, force: true });
    await rename(unfinished, dir);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/**
 * A maker that was killed leaves its folder behind.
 * @param {string} dir
 */
async function removeAbandoned(dir) {
  const parent = path.dirname(dir);
  for (const name of await readdir(parent)) {
    const pid = /\.(\d+)\.tmp$/.exec(name)?.[1];
    if (!pid || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    await rm(path.join(parent, name), { recursive: true, force: true });
  }
}

/**
 * The lock only spares double work: the rename is what keeps two makers from corrupting each other.
 * @param {string} file
 * @param {string} name
 * @returns {Promise<() => Promise<void>>}
 */
async function takeLock(file, name) {
  for (let round = 0; ; round++) {
    try {
      await writeFile(file, String(process.pid), { flag: "wx" });
      return () => rm(file, { force: true });
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    if (await isStale(file)) {
      await rm(file, { force: true });
      continue;
    }
    if (round === 0)
      process.stderr.write(`Waiting for another process to install ${name}…\n`);
    await delay(200);
  }
}

/** @param {string} file */
async function isStale(file) {
  try {
    const pid = Number(await readFile(file, "utf8"));
    if (pid > 0) return !isAlive(pid);
    const halfWrittenMs = 5000;
    return Date.now() - (await stat(file)).mtimeMs > halfWrittenMs;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false; // Released just now.
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM"; // Alive, and somebody else's.
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

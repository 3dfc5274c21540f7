import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hasCode } from "./fileErrors";
import { queueFileMode, queueFolderMode, type QueuePaths } from "./queueFolder";

const keyPattern = /^[0-9a-f]{64}$/;

/**
 * The key of this installation, 32 random bytes in hex, made by whoever asks
 * first. It keys the hash of folder names (a bare hash of a path can be
 * guessed) and names the relay's lock (so that nobody else can take it).
 * Processes that ask at once get the same key. Throws what the file system
 * threw.
 */
export function readInstallKey(paths: QueuePaths): string {
  const known = readKey(paths.installKey);
  if (known !== undefined) {
    return known;
  }
  // Loaded here: the hook asks for the key each time, and makes it once.
  const { randomBytes, randomUUID } = process.getBuiltinModule("node:crypto");
  mkdirSync(paths.home, { recursive: true, mode: queueFolderMode });
  const temporary = `${paths.installKey}.${randomUUID()}.tmp`;
  const fresh = randomBytes(32).toString("hex");
  writeFileSync(temporary, fresh, { mode: queueFileMode, flag: "wx" });
  try {
    publish(temporary, paths.installKey);
  } finally {
    rmSync(temporary, { force: true });
  }
  return readKey(paths.installKey) ?? fresh;
}

/**
 * A hard link is refused when the name is taken, so the first one wins, and
 * its file is whole from the start. Where there are no hard links, or where
 * the key that is there cannot be read as one, the last one wins.
 */
function publish(temporary: string, target: string): void {
  try {
    linkSync(temporary, target);
    return;
  } catch (error) {
    if (hasCode(error, "EEXIST") && readKey(target) !== undefined) {
      return;
    }
  }
  renameSync(temporary, target);
}

function readKey(path: string): string | undefined {
  try {
    const text = readFileSync(path, "utf8").trim();
    return keyPattern.test(text) ? text : undefined;
  } catch (error) {
    if (hasCode(error, "ENOENT")) {
      return undefined;
    }
    throw error;
  }
}

import { randomUUID } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import {
  ensureQueueFolder,
  queueFileMode,
  queueFolderMode,
  type QueuePaths,
} from "./queueFolder";

/**
 * Tells hooks that somebody is signed in. An empty file: the hook needs to
 * know that, and nothing more. `owner` is kept beside the events, and outlives
 * the sign-out as they do: an opaque word for whose they are (no secret, and
 * nothing that can be traced back). Throws what the file system threw.
 */
export function setSignedInMarker(paths: QueuePaths, owner?: string): void {
  mkdirSync(paths.home, { recursive: true, mode: queueFolderMode });
  if (owner !== undefined) {
    // First, so that no event is queued for nobody knows whom.
    writeQueueOwner(paths, owner);
  }
  writeFileSync(paths.signedInMarker, "", { mode: queueFileMode });
}

/** From now on nothing is queued. Throws what the file system threw. */
export function clearSignedInMarker(paths: QueuePaths): void {
  rmSync(paths.signedInMarker, { force: true });
}

export function isMarkedSignedIn(paths: QueuePaths): boolean {
  return existsSync(paths.signedInMarker);
}

/**
 * Whose events wait in the queue, as it was last given to `setSignedInMarker`;
 * undefined when that was never said. Whoever signs in as somebody else asks
 * first what is to become of them. Throws what the file system threw.
 */
export function readQueueOwner(paths: QueuePaths): string | undefined {
  const found = lstatSync(paths.owner, { throwIfNoEntry: false });
  return found?.isFile() === true
    ? readFileSync(paths.owner, "utf8").trim() || undefined
    : undefined;
}

export function writeQueueOwner(paths: QueuePaths, owner: string): void {
  ensureQueueFolder(paths);
  const temporary = `${paths.owner}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, `${owner}\n`, {
      mode: queueFileMode,
      flag: "wx",
    });
    rmSync(paths.owner, { recursive: true, force: true });
    renameSync(temporary, paths.owner);
  } finally {
    rmSync(temporary, { force: true });
  }
}

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { queueFileMode, queueFolderMode, type QueuePaths } from "./queueFolder";

/**
 * Tells hooks that somebody is signed in. An empty file: the hook needs to
 * know that, and nothing more. Throws what the file system threw.
 */
export function setSignedInMarker(paths: QueuePaths): void {
  mkdirSync(paths.home, { recursive: true, mode: queueFolderMode });
  writeFileSync(paths.signedInMarker, "", { mode: queueFileMode });
}

/** From now on nothing is queued. Throws what the file system threw. */
export function clearSignedInMarker(paths: QueuePaths): void {
  rmSync(paths.signedInMarker, { force: true });
}

export function isMarkedSignedIn(paths: QueuePaths): boolean {
  return existsSync(paths.signedInMarker);
}

import { chmodSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** For the owner alone, from creation; Windows keeps the profile private by itself. */
export const queueFolderMode = 0o700;
export const queueFileMode = 0o600;

/** Where everything of the queue lies; all paths are absolute. */
export interface QueuePaths {
  /** `~/.failproofai`, or what FAILPROOFAI_HOME says. */
  home: string;
  installKey: string;
  signedInMarker: string;
  /** The folder of the queue itself, which the relay watches. */
  folder: string;
  /** Hooks append here, one record a line. */
  pending: string;
  quarantine: string;
  stats: string;
  /** A line for each loss, such as `allow 12`, so that counting needs no lock. */
  droppedCount: string;
  /** There while somebody renames or shortens files; see queueLock.ts. */
  lock: string;
  /** How far the claim was acknowledged; see progress.ts. */
  progress: string;
  /** What went last; see sentLog.ts. */
  sent: string;
  /** Whose events wait here; see signedInMarker.ts. */
  owner: string;
}

/** The paths for this user, from the environment (FAILPROOFAI_HOME). */
export function queuePaths(env: NodeJS.ProcessEnv): QueuePaths {
  const chosen = env["FAILPROOFAI_HOME"];
  const home = chosen ? resolve(chosen) : join(homedir(), ".failproofai");
  const folder = join(home, "cache", "server-queue");
  return {
    home,
    installKey: join(home, "install-key"),
    signedInMarker: join(home, "signed-in"),
    folder,
    pending: join(folder, "pending.jsonl"),
    quarantine: join(folder, "quarantine.jsonl"),
    stats: join(folder, "stats.json"),
    droppedCount: join(folder, "dropped.count"),
    lock: join(folder, "lock"),
    progress: join(folder, "progress.json"),
    sent: join(folder, "sent.jsonl"),
    owner: join(folder, "owner"),
  };
}

const bookkeeping = /^(?:lock|stats\.json|progress\.json|sent\.jsonl)/;

/**
 * Whether a change of this file (a name in the queue's folder) says nothing of
 * what waits: whoever watches the folder and writes these files would keep
 * itself awake for ever.
 */
export function isBookkeeping(name: string): boolean {
  return bookkeeping.test(name);
}

/**
 * Makes the queue's folder for its owner only; one that exists is tightened.
 * Synchronous, because the hook is a process of a few milliseconds. Throws
 * what the file system threw.
 */
export function ensureQueueFolder(paths: QueuePaths): void {
  mkdirSync(paths.folder, { recursive: true, mode: queueFolderMode });
  for (const folder of [paths.home, paths.folder]) {
    chmodSync(folder, queueFolderMode);
  }
}

import { readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "./fileErrors";
import type { QueuePaths } from "./queueFolder";

const claimPattern = /^claimed-\d{16}-[0-9a-f-]{36}\.jsonl$/;

/** The claims that lie in the folder, oldest first: a relay that died left them. */
export async function listClaims(paths: QueuePaths): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(paths.folder);
  } catch (error) {
    if (hasCode(error, "ENOENT")) {
      return [];
    }
    throw error;
  }
  return names
    .filter((name) => claimPattern.test(name))
    .sort()
    .map((name) => join(paths.folder, name));
}

export interface ClaimDeps {
  /** Milliseconds since 1970, UTC. */
  now: number;
  newId: () => string;
}

/**
 * Takes what hooks have appended so far by renaming it; undefined when there
 * is nothing. What is confirmed to a hook was written before the rename (see
 * append.ts), so whoever opens the claim afterwards sees all of it. To be
 * called by the one relay, and only when no claim is left: that keeps the
 * order, and the bound.
 */
export async function claimPending(
  paths: QueuePaths,
  { now, newId }: ClaimDeps,
): Promise<string | undefined> {
  const time = String(Math.max(0, Math.round(now))).padStart(16, "0");
  const claim = join(paths.folder, `claimed-${time}-${newId()}.jsonl`);
  try {
    if ((await stat(paths.pending)).size === 0) {
      return undefined;
    }
    await rename(paths.pending, claim);
  } catch (error) {
    if (hasCode(error, "ENOENT")) {
      return undefined;
    }
    throw error;
  }
  return claim;
}

import { createHash } from "node:crypto";
import { closeSync, rmSync, writeSync } from "node:fs";
import { basename } from "node:path";
import * as v from "valibot";
import type { Clock } from "../base/clock";
import { validateJson } from "../protocol/validate";
import type { ClaimPosition } from "./claimReader";
import { openForReplace } from "./appendFile";
import type { QueuePaths } from "./queueFolder";
import { readText } from "./readFile";

const progressSchema = v.object({
  claim: v.string(),
  bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  lines: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Of the three before it: a damaged number could pass over what was never sent. */
  check: v.string(),
});

const start: ClaimPosition = { bytes: 0, lines: 0 };

/** Small enough that little is sent twice after a kill, and rare enough to cost nothing. */
const intervalMs = 250;
const maxFileBytes = 1024;

/**
 * Keeps how far the claim was acknowledged, in a small file next to it, so
 * that the next relay does not send all of it again. The file may be behind
 * the truth, never ahead of it: it is written after the acknowledgement, not
 * for each, and one that was torn or damaged counts as none.
 */
export class ProgressFile {
  #savedAt = 0;

  constructor(
    private readonly paths: QueuePaths,
    private readonly clock: Clock,
  ) {}

  /** Where to go on in this claim; its start, if nothing is known. */
  begin(claimPath: string): Promise<ClaimPosition> {
    this.#savedAt = this.clock.now();
    return readProgress(this.paths, claimPath);
  }

  /** Everything before the position was acknowledged or quarantined. Kept now and then. */
  reached(claimPath: string, position: ClaimPosition): void {
    if (Math.abs(this.clock.now() - this.#savedAt) >= intervalMs) {
      this.save(claimPath, position);
    }
  }

  /** Kept now. */
  save(claimPath: string, { bytes, lines }: ClaimPosition): void {
    const claim = basename(claimPath);
    const check = checkOf(claim, bytes, lines);
    const text = JSON.stringify({ claim, bytes, lines, check });
    try {
      const file = openForReplace(this.paths.progress);
      try {
        writeSync(file, text);
      } finally {
        closeSync(file);
      }
      this.#savedAt = this.clock.now();
    } catch {
      // A full disk, or something else in its place: what was sent is sent once more.
      this.#remove();
    }
  }

  #remove(): void {
    try {
      rmSync(this.paths.progress, { recursive: true, force: true });
    } catch {
      // Then it says too little, or something that is not true of any claim.
    }
  }
}

/** How far a claim was acknowledged, as far as the file knows. */
export async function readProgress(
  paths: QueuePaths,
  claimPath: string,
): Promise<ClaimPosition> {
  const text = await readText(paths.progress, maxFileBytes);
  const found = validateJson(progressSchema, text);
  if (found?.claim !== basename(claimPath)) {
    return start;
  }
  const { claim, bytes, lines } = found;
  return found.check === checkOf(claim, bytes, lines)
    ? { bytes, lines }
    : start;
}

function checkOf(claim: string, bytes: number, lines: number): string {
  return createHash("sha256")
    .update(`${claim} ${bytes} ${lines}`)
    .digest("hex")
    .slice(0, 16);
}

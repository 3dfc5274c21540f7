import { constants } from "node:fs";
import { chmod, type FileHandle, open } from "node:fs/promises";
import { hasCode, isUnusable } from "./fileErrors";
import { queueFileMode } from "./queueFolder";

/** A pipe must not hold the relay up, and a link may lead anywhere. */
const readFlags =
  constants.O_RDONLY |
  (process.platform === "win32"
    ? 0
    : constants.O_NOFOLLOW | constants.O_NONBLOCK);

export type OpenOutcome =
  | { kind: "opened"; file: FileHandle }
  | { kind: "missing" }
  /** Something is there that is no file of ours; `reason` is a few words. */
  | { kind: "unusable"; reason: string };

/** Opens one of the queue's files to be read. Throws what else the file system threw. */
export async function openForRead(path: string): Promise<OpenOutcome> {
  try {
    return await openFile(path);
  } catch (error) {
    if (!hasCode(error, "EACCES", "EPERM")) {
      return outcomeOf(error);
    }
  }
  try {
    // Ours, with other permissions: those can be mended.
    await chmod(path, queueFileMode);
    return await openFile(path);
  } catch (error) {
    return outcomeOf(error);
  }
}

/** The beginning of a small file, or nothing when it cannot be had, whatever the cause. */
export async function readText(
  path: string,
  maxBytes: number,
): Promise<string> {
  try {
    const outcome = await openForRead(path);
    if (outcome.kind !== "opened") {
      return "";
    }
    const { file } = outcome;
    try {
      const buffer = Buffer.alloc(Math.min(maxBytes, (await file.stat()).size));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    // To those who ask this way, a file that cannot be read is as good as none.
    return "";
  }
}

async function openFile(path: string): Promise<OpenOutcome> {
  const file = await open(path, readFlags);
  const found = await file.stat();
  if (found.isFile()) {
    return { kind: "opened", file };
  }
  await file.close();
  return { kind: "unusable", reason: "Not a file" };
}

function outcomeOf(error: unknown): OpenOutcome {
  if (hasCode(error, "ENOENT")) {
    return { kind: "missing" };
  }
  if (isUnusable(error)) {
    return { kind: "unusable", reason: "Not a file that can be read" };
  }
  throw error;
}

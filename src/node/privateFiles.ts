import { randomUUID } from "node:crypto";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Mode of a folder that only its owner may enter; of a file that only its owner may read. */
export const privateFolderMode = 0o700;
export const privateFileMode = 0o600;

/** Makes the folder (and its parents) for the owner only; one that exists is tightened. */
export async function ensurePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: privateFolderMode });
  await chmod(path, privateFolderMode);
}

/**
 * Replaces a file in one step: whoever reads it sees the old text or the new,
 * never half. For the owner only. Throws what the file system threw.
 */
export async function writePrivateFile(
  path: string,
  text: string,
): Promise<void> {
  await ensurePrivateFolder(dirname(path));
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { mode: privateFileMode, flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

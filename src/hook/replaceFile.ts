import { randomUUID } from "node:crypto";
import { chmod, open, rename, rm } from "node:fs/promises";

/**
 * Puts a file in a file's place in one step: whoever opens it sees the old
 * bytes or the new, never half, also after a power failure. Made anew in the
 * same folder, so the folder must be there. `isStillWanted` is asked last,
 * with nothing but the rename to come; when it says no, nothing has changed
 * and the answer is false. Throws what the file system threw.
 */
export async function replaceFile(
  path: string,
  bytes: Buffer,
  mode: number,
  isStillWanted: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    // The mode that was asked for, whatever the umask took from it.
    await chmod(temporary, mode);
    if (!(await isStillWanted())) {
      return false;
    }
    await rename(temporary, path);
    return true;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Whether an error of the file system has one of these codes (ENOENT, EEXIST, …). */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    codes.some((code) => code === error.code)
  );
}

/** There is no room on the disk, or none left for this user. */
export function isDiskFull(error: unknown): boolean {
  return hasCode(error, "ENOSPC", "EDQUOT");
}

/**
 * What stands at the path is no file that we can open: a folder, a link, a
 * pipe, or a file with other permissions.
 */
export function isUnusable(error: unknown): boolean {
  return hasCode(
    error,
    ...["EISDIR", "ELOOP", "EMLINK", "ENXIO", "EACCES", "EPERM"],
  );
}

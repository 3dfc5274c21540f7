/** What went wrong, as a stable word; host/sentences.ts chooses what the user reads. */
export type AppErrorCode =
  | "browser-timeout"
  | "cancelled"
  | "cli-not-executable"
  | "cli-not-found"
  | "cli-too-old"
  | "cli-unusable"
  | "code-denied"
  | "code-expired"
  | "invalid-credential"
  | "listener-failed"
  | "local-server-failed"
  | "no-folder"
  | "not-json"
  | "secret-storage"
  | "server-refused"
  | "server-unreachable"
  | "server-url"
  | "untrusted-workspace";

/** An expected failure with a code, a detail for the log and the cause. */
export class AppError extends Error {
  override readonly name = "AppError";

  constructor(
    readonly code: AppErrorCode,
    detail: string,
    options?: { cause?: unknown },
  ) {
    super(detail, options);
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

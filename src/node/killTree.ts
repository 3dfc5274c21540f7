import { spawn as spawnPlain } from "node:child_process";
import { descendantsOf } from "./processTable";

/**
 * Sends a signal to a child and to everything that it started. The child must
 * lead its own process group (`detached`) on POSIX. Whoever has made a session
 * of its own, as the CLI's commands do, is out of a signal's reach: it is left
 * to the child to end them, but for SIGKILL, after which nobody could. On
 * Windows there are no signals: every one of them ends the tree at once. A
 * tree that is gone already is no error. Throws RangeError for what cannot be
 * a child: to POSIX, the group of 0 is our own, and that of 1 is every process
 * there is.
 */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  if (!Number.isInteger(pid) || pid <= 1) {
    throw new RangeError(`No child has the pid ${pid}`);
  }
  if (process.platform === "win32") {
    spawnPlain("taskkill", ["/pid", String(pid), "/T", "/F"], {
      stdio: "ignore",
      windowsHide: true,
    }).on("error", () => {
      // Without taskkill there is nothing that could be done beyond this.
      signalProcess(pid, "SIGKILL");
    });
    return;
  }
  const beyond = signal === "SIGKILL" ? descendantsOf(pid) : [];
  signalProcess(-pid, signal);
  for (const one of beyond) {
    signalProcess(one.pid, signal);
  }
}

/** One that is gone already is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && isGone(error.code))) {
      throw error;
    }
  }
}

/** macOS says EPERM of a group that has ended and was not waited for yet. */
function isGone(code: unknown): boolean {
  return code === "ESRCH" || code === "EPERM";
}

import { readFileSync } from "node:fs";

/** Whether a process runs. One that has ended and only waits to be reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(
      readFileSync(`/proc/${pid}/stat`, "latin1"),
    );
  } catch {
    // No /proc on this system, or it has just gone: the signal's answer holds.
    return process.platform !== "linux";
  }
}

/** For what a test started and may not have ended. */
export function killIfRunning(pid: number): void {
  if (isRunning(pid)) {
    process.kill(pid, "SIGKILL");
  }
}

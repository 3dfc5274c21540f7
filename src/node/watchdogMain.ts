import { sleep } from "../base/clock";
import { signalProcess, signalTree } from "./killTree";
import { LineReader } from "./lineStream";
import { descendantsOf, startOfProcess } from "./processTable";
import { systemClock } from "./systemClock";

/** What a process may take to end by itself, and again after SIGTERM; the promise is 5 s in all. */
const graceMs = 1_000;

/*
 * Entry of dist/watchdog.js. Its stdin is a pipe from the extension host: `+PID`
 * and `-PID`, a line each. The end of the pipe means that the host is gone,
 * however it died; what it had not taken off the list by then is killed, with
 * everything that it started.
 */
function main(): void {
  const watched = new Set<number>();
  const reader = new LineReader({
    maxLineBytes: 64,
    onLine: (line) => {
      const pid = Number(line.slice(1));
      if (line.startsWith("+")) {
        watched.add(pid);
      } else {
        watched.delete(pid);
      }
    },
    onOversized: () => {},
  });
  process.stdin.on("data", (chunk: Buffer) => reader.push(chunk));
  process.stdin.on("end", () => {
    reader.end();
    void endAll(watched);
  });
}

/**
 * SIGTERM first: a CLI that gets it ends the commands that it runs, which are
 * in sessions of their own. What they leave all the same is ended with them.
 */
async function endAll(pids: ReadonlySet<number>): Promise<void> {
  const below =
    process.platform === "win32" ? [] : [...pids].flatMap(descendantsOf);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (pids.size > 0) {
      await sleep(systemClock, graceMs);
    }
    for (const pid of pids) {
      signalTree(pid, signal);
    }
  }
  for (const { pid, startedAt } of below) {
    // Where the start is not known, the pid may be another's by now.
    if (startOfProcess(pid) === startedAt) {
      signalProcess(pid, "SIGKILL");
    }
  }
}

main();

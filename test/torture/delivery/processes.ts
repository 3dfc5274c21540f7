import { readdirSync, readFileSync } from "node:fs";

/** The processes of this machine that run this script; Linux only. */
export function processesOf(script: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => stateOf(pid) !== undefined)
    .filter((pid) => commandLineOf(pid)[1] === script);
}

/** The kernel's letter for a process (T is stopped); undefined when it has ended. */
export function stateOf(pid: number): string | undefined {
  const state = /^\d+ \(.*\) (\w)/s.exec(read(`/proc/${pid}/stat`))?.[1];
  return state === "Z" || state === "X" ? undefined : state;
}

/** False when it has ended already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    // It ended in this moment.
    return false;
  }
}

function commandLineOf(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`).split("\0");
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // It ended between two looks.
    return "";
  }
}

import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import * as v from "valibot";
import { parseJson } from "../base/json";

/** A process of this machine, as the system describes it. */
export interface ProcessInfo {
  pid: number;
  parentPid: number;
  /** When it started, in the system's own words: with the pid it tells a process from a later one. */
  startedAt: string;
  /** Resident memory; bytes. */
  memoryBytes: number;
  /** With its arguments. */
  command: string;
}

/** The parts that tell who descends from whom. */
type Kin = Pick<ProcessInfo, "pid" | "parentPid" | "startedAt">;

/** A page of memory, which /proc counts in; 4 KiB on all that we run on but some ARM systems. */
const pageBytes = 4_096;
const longestOutput = 32 * 1024 * 1024;
const psArguments = ["-axo", "pid=,ppid=,lstart=,rss=,command="];
/** Month names are those of the locale. */
const psOptions = {
  env: { PATH: "/bin:/usr/bin", LC_ALL: "C" },
  encoding: "utf8",
  maxBuffer: longestOutput,
} as const;
const powershell = [
  "-NoProfile",
  "-NonInteractive",
  "-Command",
  "Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,WorkingSetSize,CommandLine,@{n='Started';e={[string]$_.CreationDate.ToFileTimeUtc()}} | ConvertTo-Json -Compress",
];

/** Every process that we may see. Throws when the system does not tell. */
export async function readProcesses(): Promise<ProcessInfo[]> {
  if (process.platform === "linux") {
    return readProc(withCommand);
  }
  const run = promisify(execFile);
  if (process.platform === "win32") {
    const options = { maxBuffer: longestOutput, windowsHide: true };
    return parseCim((await run("powershell.exe", powershell, options)).stdout);
  }
  return parsePs((await run("ps", psArguments, psOptions)).stdout);
}

/**
 * A process's start, at once; undefined where it is gone, and on systems that
 * only tell it by way of another program (then see `readProcesses`).
 */
export function startOfProcess(pid: number): string | undefined {
  return process.platform === "linux" ? readStat(pid)?.startedAt : undefined;
}

/**
 * Everything that this process has started, and they in turn, at once. To be
 * asked before it is killed: who has lost a parent belongs to nobody. Not for
 * Windows, where taskkill walks the tree itself.
 */
export function descendantsOf(pid: number): Kin[] {
  const all: Kin[] =
    process.platform === "linux"
      ? readProc((kin) => kin)
      : parsePs(execFileSync("ps", psArguments, psOptions));
  return treeBelow(pid, all);
}

/** Those below `pid` among `all`. */
export function treeBelow<T extends Kin>(pid: number, all: readonly T[]): T[] {
  const found: T[] = [];
  const parents = new Set([pid]);
  for (let isGrowing = true; isGrowing;) {
    const more = all.filter(
      (one) => parents.has(one.parentPid) && !parents.has(one.pid),
    );
    for (const one of more) {
      parents.add(one.pid);
      found.push(one);
    }
    isGrowing = more.length > 0;
  }
  return found;
}

/** The table of `ps`; also what macOS prints. */
export function parsePs(text: string): ProcessInfo[] {
  const row =
    /^\s*(\d+)\s+(\d+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(\d+)\s+(.*)$/;
  return text.split("\n").flatMap((line) => {
    const [, pid, parentPid, startedAt = "", kilobytes, command = ""] =
      row.exec(line) ?? [];
    return pid === undefined
      ? []
      : {
          pid: Number(pid),
          parentPid: Number(parentPid),
          startedAt,
          memoryBytes: Number(kilobytes) * 1024,
          command,
        };
  });
}

const cimRow = v.pipe(
  v.object({
    ProcessId: v.number(),
    ParentProcessId: v.number(),
    WorkingSetSize: v.nullish(v.number(), 0),
    CommandLine: v.nullish(v.string(), ""),
    Started: v.nullish(v.string(), ""),
  }),
  v.transform((row): ProcessInfo => ({
    pid: row.ProcessId,
    parentPid: row.ParentProcessId,
    startedAt: row.Started,
    memoryBytes: row.WorkingSetSize,
    command: row.CommandLine,
  })),
);

/** What PowerShell makes of Win32_Process. */
export function parseCim(text: string): ProcessInfo[] {
  return v.parse(v.array(cimRow), parseJson(text));
}

type StatEntry = Omit<ProcessInfo, "command">;

function readProc<T>(complete: (entry: StatEntry) => T): T[] {
  const boot = bootId();
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const entry = readStat(Number(name), boot);
      return entry ? complete(entry) : [];
    });
}

/** See proc(5). The second field, the program's name, may hold anything, blanks and brackets too. */
function readStat(pid: number, boot = bootId()): StatEntry | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parentPid] = fields;
  const isGone = state === "" || state === "Z" || state === "X";
  return isGone
    ? undefined
    : {
        pid,
        parentPid: Number(parentPid),
        startedAt: `${boot}:${fields[19]}`,
        memoryBytes: Number(fields[21]) * pageBytes,
      };
}

function withCommand(entry: StatEntry): ProcessInfo {
  const words = readIfThere(`/proc/${entry.pid}/cmdline`);
  return { ...entry, command: words.replaceAll("\0", " ").trim() };
}

/** Starts are counted from the boot: after the next one the same numbers come again. */
function bootId(): string {
  return readIfThere("/proc/sys/kernel/random/boot_id").trim();
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended meanwhile, or it is somebody else's: either way not ours to see.
    return "";
  }
}

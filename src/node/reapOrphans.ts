import { readdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import * as v from "valibot";
import { type Clock, sleep } from "../base/clock";
import { parseJson } from "../base/json";
import { signalProcess, signalTree } from "./killTree";
import { ledgerLineSchema } from "./processLedger";
import { type ProcessInfo, readProcesses, treeBelow } from "./processTable";

/** What a process may take to end after SIGTERM. */
const graceMs = 1_500;

/**
 * Ends what hosts that are dead have left, with everything below it, and
 * forgets those hosts. A process is only taken for one of theirs if its pid,
 * its start and its command line fit: pids are used again. What lives under a
 * host that lives is none of our business. Gives the pids that were ended.
 * Throws what the file system or the system's table of processes threw.
 */
export async function reapOrphans(
  folder: string,
  clock: Clock,
): Promise<number[]> {
  const files = (await filesIn(folder)).map((name) => join(folder, name));
  if (files.length === 0) {
    return [];
  }
  const ledgers = await Promise.all(files.map(readLedger));
  const processes = await readProcesses();
  const dead = ledgers.filter(({ host }) => !isAlive(host, processes));
  const orphans = dead.flatMap(({ started }) =>
    processes.filter((one) => started.some((entry) => isSame(entry, one))),
  );
  await endTrees(orphans, processes, clock);
  await Promise.all(dead.map(({ path }) => rm(path, { force: true })));
  return orphans.map(({ pid }) => pid);
}

interface Identity {
  pid: number;
  startedAt: string | null;
}

interface Started extends Identity {
  mark: string;
}

interface Ledger {
  path: string;
  host: Identity;
  started: Started[];
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".jsonl"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return [];
    }
    throw error;
  }
}

/** A line that was cut off by a crash is passed over: what it was about was not started yet. */
async function readLedger(path: string): Promise<Ledger> {
  // It may have been removed meanwhile, by its host or by another window's reaper.
  const text = await readFile(path, "utf8").catch(() => "");
  // Until its first line is there, the file's name says whose it is.
  let host: Identity = { pid: parseInt(basename(path), 10), startedAt: null };
  const started = new Map<number, Started>();
  for (const line of text.split("\n")) {
    const { output, success } = v.safeParse(ledgerLineSchema, parseJson(line));
    if (!success) {
      continue;
    }
    switch (output.type) {
      case "host":
        host = output;
        break;
      case "started":
        started.set(output.pid, output);
        break;
      case "ended":
        started.delete(output.pid);
        break;
    }
  }
  return { path, host, started: [...started.values()] };
}

/** Where its start is not known, whoever has its pid is taken for it: rather too few ended than a wrong one. */
function isAlive(host: Identity, processes: readonly ProcessInfo[]): boolean {
  return processes.some(
    ({ pid, startedAt }) =>
      pid === host.pid &&
      (host.startedAt === null || host.startedAt === startedAt),
  );
}

function isSame(entry: Started, one: ProcessInfo): boolean {
  return (
    entry.pid === one.pid &&
    entry.startedAt === one.startedAt &&
    one.command.includes(entry.mark)
  );
}

/** SIGTERM first: the CLI then ends the commands that it runs. */
async function endTrees(
  roots: readonly ProcessInfo[],
  before: readonly ProcessInfo[],
  clock: Clock,
): Promise<void> {
  if (roots.length === 0) {
    return;
  }
  const all = roots.flatMap((root) => [root, ...treeBelow(root.pid, before)]);
  for (const { pid } of roots) {
    signalTree(pid, "SIGTERM");
  }
  await sleep(clock, graceMs);
  const left = await readProcesses();
  const isLeft = (one: ProcessInfo) =>
    left.some(
      ({ pid, startedAt }) => pid === one.pid && startedAt === one.startedAt,
    );
  for (const one of all.filter(isLeft)) {
    signalProcess(one.pid, "SIGKILL");
  }
}

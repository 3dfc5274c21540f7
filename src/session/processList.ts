import type { Clock } from "../base/clock";
import { signalTree } from "../node/killTree";
import type { ProcessLedger } from "../node/processLedger";
import { readProcesses, treeBelow } from "../node/processTable";
import type { Session } from "./session";

/** One of this window's CLI processes. */
export interface ProcessRow {
  pid: number;
  ageMs: number;
  /** Resident memory of the process and of all that it has started. */
  memoryBytes: number;
  /** Undefined: started in advance, for whichever conversation is next. */
  conversation: { id: string; title: string } | undefined;
}

export interface ProcessListDeps {
  ledger: ProcessLedger;
  registry: { readonly all: readonly Session[] };
  clock: Clock;
}

/** What this window runs, for people to look at and to end. */
export class ProcessList {
  constructor(private readonly deps: ProcessListDeps) {}

  /** Throws when the system does not tell. */
  async read(): Promise<ProcessRow[]> {
    const { ledger, registry, clock } = this.deps;
    const all = await readProcesses();
    return ledger.entries.flatMap(({ pid, at }) => {
      const root = all.find((one) => one.pid === pid);
      if (!root) {
        return [];
      }
      const owner = registry.all.find((session) => session.pid === pid);
      const tree = [root, ...treeBelow(pid, all)];
      return {
        pid,
        ageMs: Math.max(0, clock.now() - at),
        memoryBytes: tree.reduce((sum, one) => sum + one.memoryBytes, 0),
        conversation: owner && {
          id: owner.id,
          title: owner.conversation.title,
        },
      };
    });
  }

  /** Ends it at once, with all that it has started. False when it is none of ours, or not any more. */
  kill(pid: number): boolean {
    const isOurs = this.deps.ledger.entries.some((entry) => entry.pid === pid);
    if (isOurs) {
      signalTree(pid, "SIGKILL");
    }
    return isOurs;
  }
}

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import type { EventRecord } from "../../src/protocol/eventRecord";
import { appendRecord } from "../../src/queue/append";
import {
  ensureQueueFolder,
  type QueuePaths,
  queuePaths,
} from "../../src/queue/queueFolder";
import { readRecordLine } from "../../src/queue/recordLine";
import { makeRecord } from "../../src/queue/record";
import { setSignedInMarker } from "../../src/queue/signedInMarker";

/** A Failproof home in a temporary folder, where somebody is signed in. */
export class QueueHome {
  readonly root = mkdtempSync(join(tmpdir(), "failproof-queue-"));
  readonly home = join(this.root, "home");
  readonly paths: QueuePaths = queuePaths({ FAILPROOFAI_HOME: this.home });

  constructor({ isSignedIn = true } = {}) {
    if (isSignedIn) {
      ensureQueueFolder(this.paths);
      setSignedInMarker(this.paths);
    }
  }

  /** The environment for a process that uses this home, and little else. */
  get env(): NodeJS.ProcessEnv {
    const { PATH, SystemRoot } = process.env;
    return { PATH, SystemRoot, FAILPROOFAI_HOME: this.home };
  }

  /** Queues an event as a hook does. */
  append(record: EventRecord = someRecord()): EventRecord {
    const outcome = appendRecord(this.paths, record);
    if (outcome.kind !== "appended") {
      throw new Error(`The append went wrong: ${JSON.stringify(outcome)}`);
    }
    return record;
  }

  appendMany(count: number): EventRecord[] {
    return Array.from({ length: count }, (_, index) =>
      this.append(someRecord({ reason: `event ${index}` })),
    );
  }

  /** The records in pending.jsonl. */
  pending(): EventRecord[] {
    return recordsOf(this.paths.pending);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The lines of a file that are not blank; none when it is not there. */
export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}

/** The records of a file of the queue, as they go out; a line that holds none is a mistake. */
export function recordsOf(path: string): EventRecord[] {
  return linesOf(path).map((line) => {
    const record = readRecordLine(line);
    if (!record) {
      throw new Error(`Not a record: ${line}`);
    }
    return record;
  });
}

export function someRecord(changes: Partial<EventRecord> = {}): EventRecord {
  return {
    ...makeRecord(
      { hookEventName: "PreToolUse", toolName: "Bash", source: "hook" },
      { now: Date.UTC(2026, 0, 1), newId: randomUUID, installKey: undefined },
    ),
    ...changes,
  };
}

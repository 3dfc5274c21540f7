import {
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { QueuePaths } from "../../../src/queue/queueFolder";
import type { Random } from "../random";
import type { Ledger } from "./ledger";

export interface DamageDeps {
  paths: QueuePaths;
  random: Random;
  ledger: Ledger;
  /** The counts of losses are needed for the final account. */
  isCountSpared: boolean;
}

/** The ids and session names in some bytes of the queue. */
const namePattern = /"(?:client_event_id|session_id|key)":"([\w-]{3,})"/g;

/**
 * Harms files of the queue, having noted which events were in the bytes. The
 * writers must stand still, so that nothing is confirmed in between; the relay
 * need not: it only reads and removes.
 */
export class Damage {
  constructor(private readonly deps: DamageDeps) {}

  /** Overwrites some bytes with noise, NULs or digits. */
  garble(): boolean {
    const { random } = this.deps;
    return this.#harm((path, bytes, file) => {
      const at = random.integer(bytes.length);
      const length = Math.min(bytes.length - at, 1 + random.integer(400));
      const noise = [
        random.bytes(length),
        Buffer.alloc(length),
        Buffer.from("7".repeat(length)),
      ];
      this.#note(path, bytes, at, at + length);
      const chosen = random.pick(noise);
      return chosen !== undefined && writeSync(file, chosen, 0, length, at) > 0;
    });
  }

  truncate(): boolean {
    return this.#harm((path, bytes, file) => {
      const length = 1 + this.deps.random.integer(2_000);
      const at = Math.max(0, bytes.length - length);
      this.#note(path, bytes, at, bytes.length);
      ftruncateSync(file, at);
      return true;
    });
  }

  /** Puts something else where a file was. */
  replace(): boolean {
    const { random } = this.deps;
    const path = this.#pickFile();
    if (path === undefined) {
      return false;
    }
    const bytes = readFileSync(path);
    if (bytes.length > 30_000) {
      // So much harm would leave little to be looked at.
      return false;
    }
    this.#note(path, bytes, 0, bytes.length);
    rmSync(path, { force: true });
    const things = [
      () => mkdirSync(path),
      () => symlinkSync("/nowhere/at/all", path),
      () => symlinkSync(this.deps.paths.installKey, path),
      () => writeFileSync(path, Buffer.alloc(bytes.length + 100)),
    ];
    random.pick(things)?.();
    return true;
  }

  /** A lock whose owner is gone. */
  leaveLock(): boolean {
    const { paths, random } = this.deps;
    const now = Date.now() / 1_000;
    const at = now - 1.5 - random.integer(3);
    // In one step: a lock of the wrong age would be taken away at once.
    const own = join(paths.folder, "lock-of-the-dead.tmp");
    writeFileSync(own, "");
    utimesSync(own, at, at);
    renameSync(own, paths.lock);
    return true;
  }

  /** What is left of a step that somebody died in. */
  leaveTemporary(): boolean {
    const { paths, random } = this.deps;
    const names = ["stats.json.x.tmp", "sent.jsonl.x.tmp", "progress.json"];
    const name = random.pick(names) ?? "";
    writeFileSync(join(paths.folder, name), random.bytes(50));
    return true;
  }

  #harm(work: (path: string, bytes: Buffer, file: number) => boolean): boolean {
    const path = this.#pickFile();
    if (path === undefined) {
      return false;
    }
    const file = openSync(path, "r+");
    try {
      const bytes = readFileSync(file);
      return bytes.length > 0 && work(path, bytes, file);
    } finally {
      closeSync(file);
    }
  }

  #pickFile(): string | undefined {
    const { paths, random, isCountSpared } = this.deps;
    const files = readdirSync(paths.folder)
      .filter((name) => name !== "lock" && !name.endsWith(".tmp"))
      .filter((name) => name !== "dropped.count" || !isCountSpared)
      .map((name) => join(paths.folder, name))
      .filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isFile());
    // What holds events more often than the small files beside it.
    const events = files.filter((path) => /pending|segment|claimed/.test(path));
    return random.pick(random.integer(3) > 0 ? events : files);
  }

  /** All events whose lines touch the bytes, which a neighbour may be joined to. */
  #note(path: string, bytes: Buffer, from: number, to: number): void {
    const start = bytes.lastIndexOf("\n", Math.max(0, from - 1));
    const newline = bytes.indexOf("\n", to);
    const end = newline < 0 ? bytes.length : newline;
    const text = bytes.toString("latin1", Math.max(0, start), end);
    const { ledger, paths } = this.deps;
    for (const [, name] of text.matchAll(namePattern)) {
      ledger.harmed.add(name ?? "");
    }
    if (path === paths.droppedCount) {
      for (const [, count] of text.matchAll(/^\w+ (\d+)$/gm)) {
        ledger.harmedDrops += Number(count);
      }
    }
  }
}

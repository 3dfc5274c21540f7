import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { readDropped } from "../../../src/queue/dropped";
import { readInstallKey } from "../../../src/queue/installKey";
import type { QueueLimits } from "../../../src/queue/limits";
import { listQueue, measureFolder } from "../../../src/queue/queueFiles";
import { ensureQueueFolder, queuePaths } from "../../../src/queue/queueFolder";
import { pendingBytes } from "../../../src/queue/rotate";
import { setSignedInMarker } from "../../../src/queue/signedInMarker";
import { eventually } from "../../fakes/eventually";
import type { Random } from "../random";
import type { Cloud } from "./cloud";
import { Damage } from "./damage";
import { Faults } from "./faults";
import { Ledger } from "./ledger";
import type { TcpProxy } from "./proxy";
import { WindowHost } from "./windowHost";
import { Writers } from "./writers";

export interface Tools {
  node: string;
  hookScript: string;
  relayScript: string;
  writerScript: string;
  hostScript: string;
}

export interface RoundDeps {
  tools: Tools;
  cloud: Cloud;
  proxy: TcpProxy;
  accessToken: string;
  random: Random;
  /** A folder of its own. */
  folder: string;
  tag: string;
  /** With limits so small that events must be given up. */
  isTight: boolean;
  database: string;
}

export interface RoundResult {
  enqueued: number;
  delivered: number;
  duplicated: number;
  dropped_counted: number;
  quarantined: number;
  lost: number;
  /** Harmed by the harness itself, and not delivered. */
  harmed: number;
  /** Sentences about what must not be. */
  complaints: string[];
}

const tightLimits: QueueLimits = {
  segmentBytes: 16 * 1024,
  pendingBytes: 96 * 1024,
  easyBytes: 260 * 1024,
  fullBytes: 340 * 1024,
  stepsAtOnce: 8,
};
const drainLimitMs = 40_000;

/** One queue's life: some faults, then peace, then the account. */
export class Round {
  readonly #ledger = new Ledger();
  readonly #paths;
  readonly #env: NodeJS.ProcessEnv;
  readonly #smallDisk: string | undefined;
  readonly #installKey: string;

  constructor(private readonly deps: RoundDeps) {
    const home = join(deps.folder, "home");
    this.#env = { PATH: process.env["PATH"], FAILPROOFAI_HOME: home };
    this.#paths = queuePaths(this.#env);
    this.#smallDisk = mountSmallDisk(join(home, "cache"));
    ensureQueueFolder(this.#paths);
    this.#installKey = readInstallKey(this.#paths);
    setSignedInMarker(this.#paths, "torture");
  }

  async run(
    points: number,
    onPoint: (name: string) => void,
  ): Promise<RoundResult> {
    const { tools, random, cloud, proxy, tag, isTight } = this.deps;
    const writers = new Writers({
      ...{ ...tools, env: this.#env, tag, random, ledger: this.#ledger },
      limits: isTight ? tightLimits : undefined,
    });
    const { accessToken } = this.deps;
    const host = new WindowHost({
      ...{ ...tools, env: this.#env },
      credential: { serverUrl: proxy.url, accessToken },
    });
    const damage = new Damage({
      ...{ paths: this.#paths, random, ledger: this.#ledger },
      isCountSpared: isTight,
    });
    const faults = new Faults({
      ...{ random, writers, host, cloud, proxy, damage },
      smallDisk: this.#smallDisk,
    });
    host.start();
    writers.startWriter();
    writers.startWriter();
    try {
      for (let point = 0; point < points; point += 1) {
        onPoint(await faults.inject());
        if (random.integer(8) === 0) {
          writers.runHook(undefined);
        }
        if (random.integer(6) === 0) {
          // As a user does who does not want to wait for the next try.
          host.sync();
        }
        await pause(random.integer(100));
      }
      await faults.repair();
      await writers.end();
      const complaints = await this.#drain(host);
      return await this.#account(complaints);
    } finally {
      await faults.repair();
      await writers.end();
      await host.end();
      unmount(this.#smallDisk);
      rmSync(this.deps.folder, { recursive: true, force: true });
    }
  }

  /** Waits until the relay has sent everything. It is told to go on at once, as a user can. */
  async #drain(host: WindowHost): Promise<string[]> {
    let lastSync = 0;
    let lastSize = 0;
    try {
      await eventually(
        () => {
          const { totalBytes } = measureFolder(this.#paths);
          const { claims, segments } = listQueue(this.#paths);
          const left = claims.length + segments.length;
          if (left === 0 && pendingBytes(this.#paths) === 0) {
            return true;
          }
          if (performance.now() - lastSync > 1_000) {
            lastSync = performance.now();
            if (totalBytes === lastSize) {
              // A half-open connection would be noticed only after 30 s.
              this.deps.proxy.cut();
            }
            lastSize = totalBytes;
            host.sync();
          }
          return false;
        },
        "the queue is emptied",
        drainLimitMs,
      );
      return [];
    } catch {
      const { claims, segments } = listQueue(this.#paths);
      return [
        `the queue was not emptied: ${claims.length} claims, ${segments.length} segments, ${pendingBytes(this.#paths)} bytes pending, ${host.relays.length} relays`,
      ];
    }
  }

  async #account(complaints: string[]): Promise<RoundResult> {
    const { begun, poison, confirmed, hooks, harmed } = this.#ledger;
    const stored = this.#stored();
    const quarantine = this.#quarantineText();
    const expected = [...confirmed, ...hooks];
    const missing = expected.filter((name) => !stored.names.has(name));
    const quarantined = missing.filter((name) => quarantine.includes(name));
    const lost = missing.filter(
      (name) => !quarantine.includes(name) && !harmed.has(name),
    );
    const { allow, deny, other } = await readDropped(this.#paths);
    const dropped = allow + deny + other;
    // Those that were never confirmed are counted too, and excuse no others.
    const { droppedAtOnce, harmedDrops } = this.#ledger;
    const excused = Math.max(0, dropped + harmedDrops - droppedAtOnce);
    const invented = stored.ids.filter((id) => !begun.has(id));
    const taken = [...poison].filter((id) => stored.names.has(id));
    const isKeyKept = readInstallKey(this.#paths) === this.#installKey;
    return {
      enqueued: expected.length,
      delivered: expected.length - missing.length,
      duplicated: stored.duplicated,
      dropped_counted: dropped,
      quarantined: quarantined.length,
      lost: Math.max(0, lost.length - excused),
      harmed: missing.length - quarantined.length - lost.length,
      complaints: [
        ...complaints,
        ...invented.map((id) => `an invented event: ${id}`),
        ...taken.map((id) => `the server took poison: ${id}`),
        ...stored.disorders.map((where) => `out of order: ${where}`),
        ...(lost.length > excused
          ? [
              `lost ${lost.length}, excused ${excused}, poison among them ${lost.filter((id) => poison.has(id)).length}: ${lost.slice(0, 5).join(" ")}`,
            ]
          : []),
        ...(isKeyKept ? [] : ["the install key was changed"]),
      ],
    };
  }

  /** What the server has of this round. */
  #stored() {
    const database = new DatabaseSync(this.deps.database, { readOnly: true });
    try {
      const rows = database
        .prepare(
          "SELECT client_event_id AS id, session_id AS session, reason FROM events WHERE session_id LIKE ? ORDER BY rowid",
        )
        .all(`${this.deps.tag}-%`)
        .map(({ id, session, reason }) => ({
          ...{ id: String(id), session: String(session) },
          sequence: Number(reason),
        }));
      const isHook = (session: string) =>
        session.startsWith(`${this.deps.tag}-h`);
      const fromHooks = rows.filter(({ session }) => isHook(session));
      const fromWriters = rows.filter(({ session }) => !isHook(session));
      const hookNames = new Set(fromHooks.map(({ session }) => session));
      const last = new Map<string, number>();
      const disorders: string[] = [];
      for (const { session, sequence } of fromWriters) {
        const before = last.get(session) ?? -1;
        if (sequence < before) {
          disorders.push(`${session}: ${sequence} after ${before}`);
        }
        last.set(session, Math.max(before, sequence));
      }
      return {
        ids: fromWriters.map(({ id }) => id),
        names: new Set([...fromWriters.map(({ id }) => id), ...hookNames]),
        duplicated: fromHooks.length - hookNames.size,
        disorders,
      };
    } finally {
      database.close();
    }
  }

  #quarantineText(): string {
    try {
      return readFileSync(this.#paths.quarantine, "utf8");
    } catch {
      // Nothing was put aside, or the harness put something in its place.
      return "";
    }
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A file system of a few megabytes; undefined where this user may not mount one. */
function mountSmallDisk(path: string): string | undefined {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  try {
    execFileSync(
      "mount",
      ["-t", "tmpfs", "-o", "size=8m,mode=700", "failproof-torture", path],
      { stdio: "ignore" },
    );
    return path;
  } catch {
    // It needs root, or a system that has it: everything else is done without.
    return undefined;
  }
}

function unmount(path: string | undefined): void {
  if (path !== undefined) {
    execFileSync("umount", ["-l", path], { stdio: "ignore" });
  }
}

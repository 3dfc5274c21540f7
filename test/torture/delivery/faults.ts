import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlannedFault } from "../../../src/cloud/faults";
import type { Random } from "../random";
import type { Cloud } from "./cloud";
import type { Damage } from "./damage";
import { signal } from "./processes";
import type { TcpProxy } from "./proxy";
import type { WindowHost } from "./windowHost";
import type { Writers } from "./writers";

export interface FaultDeps {
  random: Random;
  writers: Writers;
  host: WindowHost;
  cloud: Cloud;
  proxy: TcpProxy;
  damage: Damage;
  /** A small file system that can be filled up; undefined where none could be had. */
  smallDisk: string | undefined;
}

/** What can happen, and how often of all together; `inject` is false when it could not be done now. */
interface FaultKind {
  name: string;
  weight: number;
  inject(): boolean | Promise<boolean>;
}

const ingest = "/ws/events/ingest";
const batch = "/api/v1/events/batch";

/** All that the torture does to the delivery of events. */
export class Faults {
  readonly #kinds: FaultKind[];
  /** What must be put right again before the end. */
  readonly #repairs = new Set<Promise<void>>();
  readonly #ended = new AbortController();

  constructor(private readonly deps: FaultDeps) {
    this.#kinds = [
      ...this.#kills(),
      ...this.#serverFaults(),
      ...this.#networkFaults(),
      ...this.#diskFaults(),
    ];
  }

  /** One fault that could be injected; its name. */
  async inject(): Promise<string> {
    const { random } = this.deps;
    const sum = this.#kinds.reduce((total, { weight }) => total + weight, 0);
    for (;;) {
      let at = random.integer(sum);
      const kind = this.#kinds.find(({ weight }) => {
        at -= weight;
        return at < 0;
      });
      if (kind && (await kind.inject())) {
        return kind.name;
      }
    }
  }

  /** Puts everything right. */
  async repair(): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#repairs);
    this.deps.proxy.cut();
    await this.deps.cloud.clearPlan();
  }

  #kills(): FaultKind[] {
    const { random, writers, host, cloud } = this.deps;
    return [
      {
        ...{ name: "kill -9 relay", weight: 18 },
        inject: () => host.killRelay(),
      },
      {
        ...{ name: "kill -9 writer", weight: 14 },
        inject: () => writers.killWriter(),
      },
      {
        ...{ name: "kill -9 hook", weight: 8 },
        inject: () => {
          writers.runHook(20 + random.integer(60));
          return true;
        },
      },
      {
        ...{ name: "kill -9 window", weight: 5 },
        inject: () => {
          const isKilled = host.kill();
          host.start();
          return isKilled;
        },
      },
      {
        ...{ name: "kill -9 server", weight: 7 },
        inject: async () => {
          if (!cloud.isUp) {
            return false;
          }
          await cloud.kill();
          this.#later(random.integer(300), () => cloud.start());
          return true;
        },
      },
      {
        ...{ name: "relay stands still", weight: 3 },
        inject: () => {
          const pids = host.relays;
          pids.forEach((pid) => signal(pid, "SIGSTOP"));
          this.#later(random.integer(300), () =>
            pids.forEach((pid) => signal(pid, "SIGCONT")),
          );
          return pids.length > 0;
        },
      },
    ];
  }

  #serverFaults(): FaultKind[] {
    const { random, cloud } = this.deps;
    const planned = (
      name: string,
      weight: number,
      make: () => PlannedFault[],
    ) => ({
      ...{ name, weight },
      inject: () => cloud.isUp && cloud.plan(make()),
    });
    const status = () => random.pick([429, 500, 502, 503]) ?? 503;
    return [
      planned("lost acknowledgement", 8, () => [
        { kind: "drop", path: random.pick([ingest, batch]) ?? "", count: 1 },
      ]),
      planned("server closes", 6, () => [
        {
          ...{ kind: "close", path: ingest, count: 1 },
          code: random.pick([1001, 1011, 1013]) ?? 1011,
        },
      ]),
      planned("server answers with an error", 6, () =>
        [ingest, batch].map((path) => ({
          ...{ kind: "status", path, status: status(), count: 1 },
        })),
      ),
      planned("refuses a batch (400)", 4, () =>
        [ingest, batch].map((path) => ({
          ...{ kind: "status", path, status: 400 },
          count: 1 + random.integer(3),
        })),
      ),
      planned("captive portal", 3, () =>
        [ingest, batch].map((path) => ({ kind: "html", path, count: 1 })),
      ),
      planned("slow server", 4, () => [
        { kind: "delay", path: ingest, ms: random.integer(400), count: 1 },
      ]),
    ];
  }

  #networkFaults(): FaultKind[] {
    const { proxy } = this.deps;
    return [
      {
        ...{ name: "half-open connection", weight: 6 },
        inject: () => proxy.freeze() > 0,
      },
      {
        ...{ name: "connections cut", weight: 7 },
        inject: () => proxy.cut() > 0,
      },
    ];
  }

  #diskFaults(): FaultKind[] {
    const { random, writers, damage, smallDisk } = this.deps;
    const harm = (name: string, weight: number, work: () => boolean) => ({
      ...{ name, weight },
      inject: async () => {
        let isDone = false;
        await writers.whileStopped(() => {
          isDone = unlessGone(work);
        });
        return isDone;
      },
    });
    return [
      harm("file garbled", 6, () => damage.garble()),
      harm("file cut off", 4, () => damage.truncate()),
      harm("something else in a file's place", 1, () => {
        writers.disturb(4_000);
        return damage.replace();
      }),
      harm("lock of a dead process", 2, () => damage.leaveLock()),
      harm("leftover of a dead process", 2, () => damage.leaveTemporary()),
      {
        name: "disk full",
        weight: smallDisk === undefined ? 0 : 5,
        inject: () => {
          const filler = join(smallDisk ?? "", "filler");
          const forMs = 20 + random.integer(250);
          writers.disturb(forMs + 50);
          fill(filler);
          this.#later(forMs, () => rmSync(filler, { force: true }));
          return true;
        },
      },
    ];
  }

  /** Puts something right after a while, or at the end. */
  #later(delayMs: number, run: () => void | Promise<void>): void {
    const repair = (async () => {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, delayMs);
        this.#ended.signal.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve();
        });
      });
      await run();
    })().finally(() => this.#repairs.delete(repair));
    this.#repairs.add(repair);
  }
}

/** The relay may take a file away in the middle. */
function unlessGone(work: () => boolean): boolean {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && /ENOENT|ENOSPC|EISDIR/.test(error.message)) {
      return false;
    }
    throw error;
  }
}

/** Takes all the room there is. */
function fill(path: string): void {
  for (const size of [1 << 20, 1 << 16, 1 << 12, 1 << 8, 1]) {
    try {
      for (;;) {
        writeFileSync(path, Buffer.alloc(size), { flag: "a" });
      }
    } catch {
      // Full, for pieces of this size.
    }
  }
}

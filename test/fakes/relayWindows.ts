import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { version } from "../../package.json";
import { nullLogger } from "../../src/base/log";
import { systemClock } from "../../src/node/systemClock";
import type { RelayStatus } from "../../src/protocol/delivery";
import { RelayFinder } from "../../src/relay/relayFinder";
import { RelaySupervisor } from "../../src/relay/supervisor";
import { eventually } from "./eventually";
import { isRunning } from "./processes";
import type { QueueHome } from "./queueHome";

/** Windows of one user: real supervisors that start the real relay; and how many relays the kernel knows. */
export class RelayWindows {
  readonly all: RelaySupervisor[] = [];

  /** `script` must be no other test's: relays are told apart by it. */
  constructor(
    readonly script: string,
    private readonly home: QueueHome,
  ) {}

  /** Opens a window and starts it. */
  open({ build = version, script = this.script } = {}): RelaySupervisor {
    const common = {
      ...{ build, clock: systemClock, log: nullLogger },
      random: () => 0.5,
    };
    const finder = new RelayFinder({
      command: process.execPath,
      args: [script],
      env: this.home.env,
      ...common,
    });
    const window = new RelaySupervisor({ finder, ...common });
    this.all.push(window);
    window.start();
    return window;
  }

  /** Of the relays that run the script, from the process table. */
  pids(script = this.script): number[] {
    return pidsOf(script);
  }

  /** Of the one relay that there is. */
  onlyPid(): number {
    const [pid, ...others] = this.pids();
    assert.ok(pid !== undefined, "A relay runs");
    assert.deepEqual(others, [], "No other one runs");
    return pid;
  }

  /** Waits until that window's status is such a one. */
  reaches(
    window: RelaySupervisor,
    wanted: (status: RelayStatus) => boolean,
    what: string,
  ): Promise<RelayStatus> {
    return eventually(() => wanted(window.status) && window.status, what).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(window.status)}`);
      },
    );
  }

  /** Closes every window, and waits for the relay's end. */
  async end(): Promise<void> {
    await Promise.all(
      this.all.splice(0).map(async (window) => {
        await window.stop();
        window.dispose();
      }),
    );
    await eventually(() => this.pids().length === 0, "the relay ends");
  }
}

/** Linux only tells it in files; elsewhere the tests that need it are left out. */
export function pidsOf(script: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return line.endsWith(`\0${script}\0`) && isRunning(pid);
      } catch {
        // It has ended between the two reads.
        return false;
      }
    });
}

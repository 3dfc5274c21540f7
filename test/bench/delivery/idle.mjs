// @ts-check
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { startRig, until } from "./rig.mjs";

/** Of the kernel's clock ticks, which /proc counts in. */
const ticksPerSecond = 100;
const settleMs = 5_000;

/**
 * What the relay takes of one core while it is attached, online and has
 * nothing to do: user and system time over a minute, from /proc.
 * @param {import("../../../scripts/bench.mjs").Report} report
 * @param {string} dist
 */
export async function measureIdle(report, dist) {
  const seconds = Number(process.env["FAILPROOF_BENCH_IDLE_SECONDS"] ?? 60);
  console.error(`An idle relay, for ${seconds} s…`);
  const rig = await startRig(dist);
  try {
    rig.deliver();
    const { window } = rig;
    await until(() => window.status.connection === "online", "is online");
    const pid = await until(() => rig.relayPid(), "a relay");
    await delay(settleMs);
    const before = cpuSecondsOf(pid);
    await delay(seconds * 1_000);
    const used = cpuSecondsOf(pid) - before;
    report({
      metric: "idle_cpu_pct",
      value: (used / seconds) * 100,
      unit: "%",
      n: seconds,
    });
  } finally {
    await rig.stop();
  }
}

/** @param {number} pid */
function cpuSecondsOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The fields after the program's name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { ensureNode } from "../../../scripts/lib/node.mjs";
import { median } from "../lib/statistics.mjs";
import { queueEvents, startRig, until } from "./rig.mjs";

/** @typedef {import("./rig.mjs").Rig} Rig */

/** What lies in the queue's file at a time, as far as there is more: some 20 MB. */
const chunkEvents = 40_000;

/**
 * How fast a queue that has grown while nobody was there reaches the server:
 * the built relay and the built server with SQLite, over loopback, each batch
 * acknowledged after it is on the disk. From the moment when the relay gets
 * its token until the last acknowledgement.
 * @param {import("../../../scripts/bench.mjs").Report} report
 * @param {string} dist
 */
export async function measureDrain(report, dist) {
  const sizes = /** @type {const} */ ([
    ["1k", 1_000],
    ["10k", 10_000],
    ["200k", 200_000],
    ["1m", 1_000_000],
  ]);
  const most = Number(process.env["FAILPROOF_BENCH_EVENTS"] ?? Infinity);
  const nodeMb = await bareNodeMb();
  report({ metric: "node_rss_mb", value: nodeMb, unit: "MB", n: 1 });
  for (const [name, count] of sizes.filter(([, size]) => size <= most)) {
    console.error(`Draining ${count} events…`);
    const rig = await startRig(dist);
    try {
      const { ms, rssMb } = await drain(rig, count);
      report({
        metric: `drain_${name}_events_per_s`,
        value: (count / ms) * 1_000,
        unit: "events/s",
        n: count,
      });
      console.error(
        `${Math.round(ms)} ms; the relay's memory: ${rssMb.map(Math.round).join(", ")} MB`,
      );
      if (name === "200k" || name === "1m") {
        const suffix = name === "1m" ? "_1m" : "";
        const value = Math.max(...rssMb);
        report({
          metric: `relay_rss${suffix}_mb`,
          value,
          unit: "MB",
          n: rssMb.length,
        });
      }
    } finally {
      await rig.stop();
    }
  }
}

/**
 * @param {Rig} rig
 * @param {number} count
 */
async function drain(rig, count) {
  const { window, paths } = rig;
  let left = count;
  const feed = () => {
    const next = Math.min(left, chunkEvents);
    if (next > 0 && queueEvents(paths, next)) left -= next;
  };
  feed();
  const pid = await until(() => window.isRunning && rig.relayPid(), "a relay");
  await until(() => window.status.queued > 0, "the queue is counted");
  const startMs = Date.now();
  rig.deliver();
  /** @type {number[]} */
  const rssMb = [];
  let sampledAt = 0;
  while (left > 0 || window.status.queued > 0 || !window.status.lastAckAt) {
    feed();
    if (Date.now() - sampledAt > 250) {
      sampledAt = Date.now();
      rssMb.push(rssOf(pid));
    }
    await delay(20);
  }
  const ms = (window.status.lastAckAt ?? 0) - startMs;
  const stored = await rig.stored();
  if (stored !== count) throw new Error(`${stored} of ${count} arrived.`);
  rssMb.push(rssOf(pid));
  return { ms, rssMb };
}

/** Of three, held open by their stdin. */
async function bareNodeMb() {
  const { path } = await ensureNode();
  /** @type {number[]} */
  const values = [];
  for (let index = 0; index < 3; index += 1) {
    const script = "process.stdin.resume(); console.log('up')";
    const child = spawn(path, ["-e", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await delay(500);
    values.push(rssOf(Number(child.pid)));
    child.stdin.end();
    await once(child, "close");
  }
  return median(values);
}

/**
 * In MB of 2^20 bytes, from /proc.
 * @param {number} pid
 */
function rssOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

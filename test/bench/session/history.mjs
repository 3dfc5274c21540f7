// @ts-check
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../../../scripts/lib/bootstrap.mjs";
import { ensureNode } from "../../../scripts/lib/node.mjs";
import { median } from "../lib/statistics.mjs";
import { bundleHistory } from "./historyBundle.mjs";
import { writeLongTranscript, writeTranscripts } from "./historyFiles.mjs";

const rounds = 9;
const coldRounds = 3;
const neededBytes = 4e9;

/**
 * The list of 1,000 stored conversations of 2 GB, and the newest page of one of
 * 119 MB, each in a fresh process of the editor's kind of Node; beside them the
 * same by reading whole files.
 * @param {import("../../../scripts/bench.mjs").Report} report
 */
export async function measureHistory(report) {
  const folder = mkdtempSync(path.join(tmpdir(), "history-"));
  try {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < neededBytes)
      throw new Error("The transcripts need 4 GB of free disk.");
    const node = (await ensureNode()).path;
    const bundle = await bundleHistory();
    /** @type {Run} */
    const run = (...args) => runChild(node, bundle, args);
    measureList(report, run, folder);
    measureOpen(report, run, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @typedef {{ms: number, keptMb: number, peakMb: number}} Measured */
/** @typedef {(task: string, ...places: string[]) => Measured} Run */

/**
 * @param {import("../../../scripts/bench.mjs").Report} report
 * @param {Run} run
 * @param {string} folder
 */
function measureList(report, run, folder) {
  console.error("Writing 1,000 transcripts of 2 GB…");
  const work = path.join(folder, "work");
  const projects = path.join(folder, "projects");
  mkdirSync(work);
  writeTranscripts(projects, work);
  console.error("Listing them…");
  const list = () => run("list", projects, work);
  list();
  const warm = Array.from({ length: rounds }, list);
  reportMedian(report, "history_list_1000_ms", warm, "ms");
  reportMedian(report, "history_list_1000_heap_mb", warm, "keptMb");
  if (dropPageCache()) {
    const cold = Array.from({ length: coldRounds }, () => {
      dropPageCache();
      return list();
    });
    reportMedian(report, "history_list_1000_cold_ms", cold, "ms");
  } else {
    console.error("Only root can empty the page cache: no cold figure.");
  }
  console.error("The same by reading whole files…");
  const whole = [run("listWhole", projects, work)];
  reportMedian(report, "history_list_1000_whole_files_ms", whole, "ms");
}

/**
 * @param {import("../../../scripts/bench.mjs").Report} report
 * @param {Run} run
 * @param {string} folder
 */
function measureOpen(report, run, folder) {
  console.error("Opening a transcript of 119 MB…");
  const file = path.join(folder, "long.jsonl");
  writeLongTranscript(file, 119e6);
  /** @type {Record<"open" | "openWhole", Measured[]>} */
  const measured = { open: [], openWhole: [] };
  for (let round = 0; round < rounds; round++) {
    measured.open.push(run("open", file));
    measured.openWhole.push(run("openWhole", file));
  }
  const { open, openWhole } = measured;
  reportMedian(report, "history_open_119mb_ms", open, "ms");
  reportMedian(report, "history_open_119mb_heap_mb", open, "peakMb");
  reportMedian(report, "history_open_119mb_whole_file_ms", openWhole, "ms");
  reportMedian(
    report,
    "history_open_119mb_whole_file_heap_mb",
    openWhole,
    "peakMb",
  );
}

/**
 * @param {import("../../../scripts/bench.mjs").Report} report
 * @param {string} metric
 * @param {Measured[]} measured
 * @param {keyof Measured} key
 */
function reportMedian(report, metric, measured, key) {
  const value = median(measured.map((one) => one[key]));
  const unit = key === "ms" ? "ms" : "MB";
  report({ metric, value, unit, n: measured.length });
}

/**
 * @param {string} node
 * @param {string} bundle
 * @param {string[]} args
 * @returns {Measured}
 */
function runChild(node, bundle, args) {
  const script = path.join(root, "test/bench/session/historyChild.mjs");
  const child = spawnSync(node, ["--expose-gc", script, bundle, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.status !== 0)
    throw child.error ?? new Error(`${args[0]} ended with ${child.status}`);
  return JSON.parse(child.stdout);
}

/** Whether the files must come from the disk now. */
function dropPageCache() {
  if (process.platform !== "linux" || process.geteuid?.() !== 0) return false;
  try {
    spawnSync("sync");
    writeFileSync("/proc/sys/vm/drop_caches", "3");
    return true;
  } catch (error) {
    console.error(`The page cache stays: ${error}`);
    return false;
  }
}

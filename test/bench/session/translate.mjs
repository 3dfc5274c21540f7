// @ts-check
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { loadProduct } from "../lib/product.mjs";
import { median } from "../lib/statistics.mjs";
import { chunks, command, streamedText, turn } from "./output.mjs";

/** @typedef {import("../lib/product.mjs").Product} Product */

// Node has it without being started with a flag, but only so.
setFlagsFromString("--expose-gc");
/** @type {() => void} */
const collectGarbage = runInNewContext("gc");

const runs = 7;
const megabytes = 20;
/** Lines of a megabyte, of which 64 KB are kept. */
const longLines = 60;

/**
 * From the bytes of the CLI's stdout to conversation events: how much in a
 * second, and how much of it stays in memory.
 * @param {import("../../../scripts/bench.mjs").Report} report
 */
export async function measureTranslate(report) {
  const product = await loadProduct();
  const mixed = chunks(turn, megabytes);
  const small = chunks(() => streamedText(200), megabytes);
  console.error(`Lines of the CLI's to events, ${runs} times ${megabytes} MB…`);
  const speeds = {
    mixed: speedOf(mixed, () => translate(product, mixed)),
    small: speedOf(small, () => translate(product, small)),
    parsed: speedOf(mixed, () => parse(product, mixed)),
  };
  console.error(
    `MB/s, all runs: of turns ${list(speeds.mixed)}; of streamed text alone ${list(speeds.small)}; JSON.parse alone ${list(speeds.parsed)}`,
  );
  report({
    metric: "translate_mb_per_s",
    value: median(speeds.mixed),
    unit: "MB/s",
    n: runs,
  });
  report({
    metric: "translate_stream_mb_per_s",
    value: median(speeds.small),
    unit: "MB/s",
    n: runs,
  });
  measureMemory(report, product);
}

/** @param {number[]} values */
const list = (values) => values.map((value) => value.toFixed(0)).join(", ");

/**
 * @param {Buffer[]} bytes
 * @param {() => unknown[]} work
 */
function speedOf(bytes, work) {
  const length = bytes.reduce((sum, chunk) => sum + chunk.length, 0);
  return Array.from({ length: runs + 2 }, () => {
    const startedMs = performance.now();
    const made = work();
    const seconds = (performance.now() - startedMs) / 1000;
    if (made.length === 0) throw new Error("Nothing came of it.");
    return length / 1e6 / seconds;
  }).slice(2); // The first two find code that is not compiled yet.
}

/**
 * @param {Product} product
 * @param {Buffer[]} bytes
 */
function translate(product, bytes) {
  const { parseWireLine, Translator } = product;
  const translator = new Translator("p1", "/workspace");
  /** @type {object[]} */
  const events = [];
  readLines(product, bytes, (text) => {
    const line = parseWireLine(text);
    if (line.type === "unknown") throw new Error(`Unknown: ${line.what}`);
    events.push(...translator.translate(line, 0));
  });
  return events;
}

/**
 * What cannot be left out: the lines, and what JSON.parse makes of them.
 * @param {Product} product
 * @param {Buffer[]} bytes
 */
function parse(product, bytes) {
  /** @type {unknown[]} */
  const values = [];
  readLines(product, bytes, (text) => values.push(JSON.parse(text)));
  return values;
}

/**
 * @param {Product} product
 * @param {Buffer[]} bytes
 * @param {(line: string) => void} onLine
 */
function readLines({ LineReader }, bytes, onLine) {
  const reader = new LineReader({
    maxLineBytes: 16 * 1024 * 1024,
    onLine,
    onOversized() {
      throw new Error("A line is too long.");
    },
  });
  for (const chunk of bytes) reader.push(chunk);
  reader.end();
}

/**
 * What the events of long lines hold on to, when the lines are gone.
 * @param {import("../../../scripts/bench.mjs").Report} report
 * @param {Product} product
 */
function measureMemory(report, product) {
  const bytes = chunks(() => command(500_000), longLines);
  const before = heapUsed();
  const events = translate(product, bytes);
  const value = (heapUsed() - before) / 1e6;
  const kept = JSON.stringify(events).length / 1e6;
  console.error(
    `Of ${longLines} MB in lines of 1 MB the events have ${kept.toFixed(1)} million characters.`,
  );
  report({ metric: "translate_kept_mb", value, unit: "MB", n: 1 });
}

function heapUsed() {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

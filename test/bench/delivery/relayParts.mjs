// @ts-check
/**
 * Measures the relay: `relayParts.mjs DIST`. A process of its own, under the
 * Node that an editor has: an older one gives Linux's abstract sockets other
 * names. One result a line on stdout; progress on stderr.
 */
import { measureDrain } from "./drain.mjs";
import { measureIdle } from "./idle.mjs";

/** @type {import("../../../scripts/bench.mjs").Report} */
const report = (result) => {
  process.stdout.write(`${JSON.stringify(result)}\n`);
};
const dist = String(process.argv[2]);
await measureDrain(report, dist);
await measureIdle(report, dist);

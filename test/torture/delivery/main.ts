/** `npm run torture -- delivery`: see `usage` below. Run by scripts/torture.mjs, in the repository. */
import { parseArgs } from "node:util";
import { tortureDelivery } from "./run";

const { values } = parseArgs({
  options: { points: { type: "string" }, seed: { type: "string" } },
});
const points = Number(values.points ?? 300);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.error(`${points} points, seed ${seed}`);
const startMs = performance.now();
const result = await tortureDelivery({
  ...{ points, seed, node: process.execPath },
  log: (sentence) => console.error(sentence),
});
const seconds = (performance.now() - startMs) / 1_000;
console.error(
  `${seconds.toFixed(0)} s, ${(points / seconds).toFixed(1)} points a second`,
);
for (const complaint of result.complaints) {
  console.error(complaint);
}
for (const [name, count] of [...result.faults].sort((a, b) => b[1] - a[1])) {
  console.log(`${name.padEnd(36)} ${String(count).padStart(6)}`);
}
console.log(`(harmed by the torture itself: ${result.harmed})`);
const { enqueued, delivered, duplicated, quarantined, lost } = result;
console.log(
  JSON.stringify({
    ...{ points, enqueued, delivered, duplicated },
    ...{ dropped_counted: result.dropped_counted, quarantined, lost },
  }),
);
process.exitCode = lost + duplicated + result.complaints.length > 0 ? 1 : 0;

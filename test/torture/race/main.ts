/** `npm run torture -- race`. Run by scripts/torture.mjs, in the repository. */
import { parseArgs } from "node:util";
import { race } from "./run";

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: { writers: text, appends: text, runs: text },
});
const result = await race({
  writers: Number(values.writers ?? 4),
  appends: Number(values.appends ?? 40_000),
  runs: Number(values.runs ?? 10),
  node: process.execPath,
  log: (sentence) => console.log(sentence),
});
console.log(JSON.stringify(result));
process.exitCode = result.lost + result.doubled + result.invented > 0 ? 1 : 0;

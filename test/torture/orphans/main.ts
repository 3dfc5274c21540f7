/**
 * `npm run torture -- orphans [CYCLES]`: 100 hosts with the real CLI, each
 * killed -9 at another moment. None of their processes may be there 5 s later.
 * The last line is JSON.
 */
import { ensureClaudeCli } from "../../../scripts/lib/claudeCli.mjs";
import { runOrphanCycles } from "./cycles.mjs";

async function main(cycles: number): Promise<void> {
  const { path: cliPath } = await ensureClaudeCli();
  let count = 0;
  const done = await runOrphanCycles({
    cliPath,
    cycles,
    onCycle: ({ moment, withWatchdog, started, goneMs }) => {
      const how = withWatchdog ? "killed with the watchdog" : "killed";
      console.error(
        `${++count}/${cycles}: ${started} processes ${moment}, ${how}: gone after ${goneMs} ms`,
      );
    },
  });
  const longestMs = Math.max(...done.map(({ goneMs }) => goneMs));
  console.log(
    JSON.stringify({ torture: "orphans", cycles, left: 0, longestMs }),
  );
}

await main(Number(process.argv[2] ?? 100));

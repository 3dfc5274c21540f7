/**
 * `npm run torture -- relay [--rounds 50] [--windows 20]`: so many windows
 * start at once, in four processes; there must be one relay, another one when
 * it is killed, and none after the last window, which is closed in one round
 * and killed in the next. The last line is JSON; times are in milliseconds.
 */
import { parseArgs } from "node:util";
import { bundle } from "../../fakes/bundle";
import { IngestServer } from "../../fakes/ingestServer";
import { QueueHome } from "../../fakes/queueHome";
import { type RoundFigures, relayRound } from "../../fakes/relayRounds";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "50" },
    windows: { type: "string", default: "20" },
  },
});
const rounds = Number(values.rounds);
const windows = Number(values.windows);

const bundles = new QueueHome();
const programs = {
  relay: await bundle("src/relay/main.ts", bundles.root, "relay"),
  windows: await bundle(
    "test/fakes/windowsProcess.ts",
    bundles.root,
    "windows",
  ),
};
const server = new IngestServer();
await server.start();
const figures: RoundFigures[] = [];
try {
  for (let round = 1; round <= rounds; round += 1) {
    const home = new QueueHome();
    const options = { programs, home, serverUrl: server.url, windows };
    const end = round % 2 === 0 ? "killed" : "closed";
    figures.push(await relayRound({ ...options, processes: 4, end }));
    home.remove();
    console.error(`Round ${round}: ${JSON.stringify(figures.at(-1))}`);
  }
} finally {
  await server.stop();
  bundles.remove();
}

/** The middle one and the worst. */
function summary(name: keyof RoundFigures) {
  const sorted = figures.map((one) => Math.round(one[name])).sort(ascending);
  return {
    median: sorted[Math.floor(sorted.length / 2)],
    max: sorted.at(-1),
  };
}

function ascending(a: number, b: number): number {
  return a - b;
}

console.log(
  JSON.stringify({
    rounds: figures.length,
    windows,
    allOnlineMs: summary("allOnlineMs"),
    newRelayMs: summary("newRelayMs"),
    allOnlineAgainMs: summary("allOnlineAgainMs"),
    goneMs: summary("goneMs"),
  }),
);

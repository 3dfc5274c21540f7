/**
 * Entry of dist/relay.js: delivers the queue to the server, for as long as a
 * window is attached to its socket (protocol/delivery.ts). No arguments, no
 * stdin; whoever started it may be gone. The access token comes over the
 * socket and is nowhere else. Exits with 0, also when another relay is at work
 * already; with 1, and a line on stderr, when it cannot work.
 *
 * Environment: FAILPROOFAI_HOME (where the queue lies).
 */
import { version } from "../../package.json";
import { messageOf } from "../base/errors";
import { systemClock, systemRandom } from "../node/systemClock";
import { queuePaths } from "../queue/queueFolder";
import { RelayProcess } from "./relayProcess";

function main(): void {
  // Nobody may be there any more to read what it says: no reason to end.
  process.stderr.on("error", () => {});
  const relay = new RelayProcess({
    paths: queuePaths(process.env),
    build: version,
    clock: systemClock,
    random: systemRandom,
  });
  relay.run().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`The relay cannot work: ${messageOf(error)}\n`);
      process.exit(1);
    },
  );
}

main();

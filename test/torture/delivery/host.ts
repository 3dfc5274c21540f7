/**
 * A window's process with nothing in it but the relay's supervisor:
 * `host.js RELAY`, told by JSON lines on stdin. A relay that died is started
 * again at once, and one that was given up as well: here they die all the time.
 */
import { createInterface } from "node:readline";
import * as v from "valibot";
import { nullLogger } from "../../../src/base/log";
import { systemClock, systemRandom } from "../../../src/node/systemClock";
import { validateJson } from "../../../src/protocol/validate";
import { RelayFinder } from "../../../src/relay/relayFinder";
import { RelaySupervisor } from "../../../src/relay/supervisor";

const commandSchema = v.variant("do", [
  v.object({
    do: v.literal("credential"),
    serverUrl: v.string(),
    accessToken: v.string(),
  }),
  v.object({ do: v.literal("sync") }),
]);

const restartMs = 50;
const build = "1.0.0";
const log = {
  ...nullLogger,
  // What a relay says before it dies; not that it was killed, or that the disk is full.
  warn: (message: string) => {
    if (!/^The relay ended|ENOSPC/.test(message)) {
      process.stderr.write(`${message}\n`);
    }
  },
};
const finder = new RelayFinder({
  command: process.execPath,
  args: [process.argv[2] ?? ""],
  env: process.env,
  ...{ build, clock: systemClock, log },
});
const supervisor = new RelaySupervisor({
  ...{ finder, build, clock: systemClock, random: systemRandom, log },
});

supervisor.onDidChangeStatus((status) => {
  process.stdout.write(`${JSON.stringify(status)}\n`);
});
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = validateJson(commandSchema, line);
    if (command?.do === "credential") {
      const { serverUrl, accessToken } = command;
      supervisor.setCredential({ serverUrl, accessToken });
    } else if (command?.do === "sync") {
      void supervisor.syncNow();
    }
  })
  .on("close", () => {
    void supervisor.stop().then(() => process.exit(0));
  });

function keepAlive(): void {
  supervisor.start();
  systemClock.schedule(restartMs, keepAlive);
}
keepAlive();

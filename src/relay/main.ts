/**
 * Entry of dist/relay.js: delivers the queue to the server, for as long as its
 * stdin is open. JSON lines on stdin and stdout (protocol/delivery.ts); no
 * arguments. The access token comes over stdin and is nowhere else.
 *
 * Environment: FAILPROOFAI_HOME (where the queue lies).
 */
import { messageOf } from "../base/errors";
import type { Logger } from "../base/log";
import { systemClock, systemRandom } from "../node/systemClock";
import { queuePaths } from "../queue/queueFolder";
import { ControlChannel } from "./controlChannel";
import { RelayProcess } from "./relayProcess";

/** Of the promise: after its last window the relay drains for 2 s at most. */
const drainMs = 2_000;

function main(): void {
  const channel = new ControlChannel({
    input: process.stdin,
    output: process.stdout,
    onMessage: (message) => relay.receive(message),
    onEnd: () => void end(),
  });
  const log: Logger = {
    trace: (message) => channel.log("trace", message),
    info: (message) => channel.log("info", message),
    warn: (message) => channel.log("warn", message),
    error: (message) => channel.log("error", message),
  };
  const relay = new RelayProcess({
    paths: queuePaths(process.env),
    clock: systemClock,
    random: systemRandom,
    log,
    send: (message) => channel.send(message),
  });
  const end = async () => {
    await relay.stop(drainMs);
    process.exit(0);
  };
  relay.start().catch((error: unknown) => {
    // The supervisor starts another one, with patience, and says so if that does not help.
    process.stderr.write(`The relay cannot start: ${messageOf(error)}\n`);
    process.exit(1);
  });
}

main();

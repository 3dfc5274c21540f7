/**
 * A process that takes a machine-wide lock: `lockHolder.js NAME`. Prints
 * "standby" when another has it and "held" when it has it; a line "release" on
 * its stdin lets go of it, "leave" leaves the rest to the end of the event loop.
 */
import { createInterface } from "node:readline";
import { acquireSingleInstance } from "../../src/node/singleInstance";
import { systemClock } from "../../src/node/systemClock";

async function main(): Promise<void> {
  const lock = await acquireSingleInstance(process.argv[2] ?? "", {
    clock: systemClock,
    signal: new AbortController().signal,
    onStandby: () => console.log("standby"),
  });
  console.log("held");
  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => {
    if (line === "release") {
      lock?.dispose();
      console.log("released");
    } else {
      input.close();
      process.stdin.destroy();
    }
  });
}

void main();

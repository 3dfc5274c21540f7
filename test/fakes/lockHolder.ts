/**
 * A process that takes a machine-wide lock: `lockHolder.js NAME`. Prints
 * "standby" when another has it and "held" when it has it; a line "release" on
 * its stdin lets go of it, "leave" leaves the rest to the end of the event loop.
 * `lockHolder.js ADDRESS serve` serves that address, and prints "held" or "taken".
 */
import { createInterface } from "node:readline";
import {
  acquireSingleInstance,
  serveAsSingleInstance,
} from "../../src/node/singleInstance";
import { systemClock } from "../../src/node/systemClock";

async function main(): Promise<void> {
  if (process.argv[3] === "serve") {
    // An argument holds no NUL, which begins an abstract address.
    const address = (process.argv[2] ?? "").replace("@", "\0");
    const served = await serveAsSingleInstance(address, systemClock, () => {});
    console.log(served ? "held" : "taken");
    return;
  }
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

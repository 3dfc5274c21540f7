/**
 * Entry of dist/hook.js: `node hook.js <Event> [<turn>]`, with the CLI's JSON
 * on stdin; the launcher gives it its turn (turn.ts).
 * It puts one record on the queue and exits 0 without a word, whatever went
 * wrong: a hook's failure must never change what the agent does. It knows no
 * network, and waits for nobody.
 *
 * Environment: FAILPROOFAI_HOME (where the queue lies); FAILPROOF_CHAT=1 (the
 * chat records this agent's events itself, and once is enough).
 */
import { parseJson } from "../base/json";
import { systemClock } from "../node/systemClock";
import { queuePaths } from "../queue/queueFolder";
import { captureHookPayload } from "./capture";
import { readInput } from "./readInput";
import { inTurn, startOfTurn } from "./turn";

const standardInput = 0;

function main(): void {
  if (process.env["FAILPROOF_CHAT"] === "1") {
    return;
  }
  const [, , eventName, turn] = process.argv;
  const payload = parseJson(inputOrNothing());
  const startedAt = startOfTurn(turn) ?? systemClock.now();
  inTurn(turn, () =>
    captureHookPayload(
      {
        paths: queuePaths(process.env),
        clock: { ...systemClock, now: () => startedAt },
      },
      payload,
      eventName,
      "hook",
    ),
  );
}

/** An event whose detail cannot be had is recorded without it. */
function inputOrNothing(): string {
  try {
    return readInput(standardInput) ?? "";
  } catch {
    // No stdin at all: the event's name is known from the argument.
    return "";
  }
}

try {
  main();
} catch {
  // There is nobody to tell: output or a failure here would reach the agent.
}

import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";

const pauseMs = 2;
/** Longer than a Node needs to start on a busy machine, and less than the CLI leaves a SessionEnd hook (1.5 s). */
const limitMs = 1_000;
/** Half of the smallest range of process numbers: beyond it the numbers have begun anew. */
const wrapDistance = 16_384;

/**
 * Runs `act` when the hooks that the same agent started earlier have had their
 * turn, so that events stay in order though their processes race. The turn is
 * an empty file that the launcher made, `<agent's pid>-<own pid>`; processes
 * are numbered in the order in which they are started. Without a turn `act`
 * runs at once. One that was killed before its turn holds up the next ones for
 * a second, once.
 */
export function inTurn<T>(turn: string | undefined, act: () => T): T {
  if (!turn) {
    return act();
  }
  try {
    waitForElders(turn);
    return act();
  } finally {
    rmSync(turn, { force: true });
  }
}

/** When the hook was started: Node is not, for a while. Milliseconds since 1970; undefined without a turn. */
export function startOfTurn(turn: string | undefined): number | undefined {
  return turn ? statSync(turn, { throwIfNoEntry: false })?.mtimeMs : undefined;
}

function waitForElders(turn: string): void {
  const folder = dirname(turn);
  let elders = eldersOf(turn, folder);
  for (let waitedMs = 0; elders.length > 0; waitedMs += pauseMs) {
    if (waitedMs >= limitMs) {
      for (const elder of elders) {
        rmSync(`${folder}/${elder}`, { force: true });
      }
      return;
    }
    pause();
    elders = eldersOf(turn, folder);
  }
}

function eldersOf(turn: string, folder: string): string[] {
  const mine = numbersIn(basename(turn));
  return readdirSync(folder).filter((name) => {
    const other = numbersIn(name);
    return other.agent === mine.agent && isBefore(other.own, mine.own);
  });
}

function numbersIn(name: string): { agent: number; own: number } {
  const [agent = Number.NaN, own = Number.NaN] = name.split("-").map(Number);
  return { agent, own };
}

function isBefore(one: number, other: number): boolean {
  const distance = other - one;
  return Math.abs(distance) > wrapDistance ? distance < 0 : distance > 0;
}

/** A pause without an event loop. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
}

import type { Clock } from "../base/clock";
import type { DisposableLike } from "../base/lifecycle";

/** The real time: the only place, beside the composition root, that reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { dispose: () => clearTimeout(timer) };
  },
};

/** Runs `run` once what has already come in from files and sockets was heard; not a matter of time. */
export function nextTurn(run: () => void): DisposableLike {
  const immediate = setImmediate(run);
  return { dispose: () => clearImmediate(immediate) };
}

/** The real chance, [0, 1): for jitter, never for secrets. */
export const systemRandom = (): number => Math.random();

/** Stands still, for those few that cannot await. */
export function pauseSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

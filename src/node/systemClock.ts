import type { Clock } from "../base/clock";

/** The real time: the only place, beside the composition root, that reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { dispose: () => clearTimeout(timer) };
  },
};

/** The real chance, [0, 1): for jitter, never for secrets. */
export const systemRandom = (): number => Math.random();

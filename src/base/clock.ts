import type { DisposableLike } from "./lifecycle";

/** Time, injected so that tests advance it instead of waiting. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Runs `run` once after `delayMs`, unless disposed before. */
  schedule(delayMs: number, run: () => void): DisposableLike;
}

/**
 * Settles after `delayMs`, or at once when the signal is aborted (without an
 * error: whoever waits looks at the signal).
 */
export function sleep(
  clock: Clock,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const done = () => {
      timer.dispose();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.schedule(delayMs, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

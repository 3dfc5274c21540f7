import type { Clock } from "../src/base/clock";
import { toDisposable } from "../src/base/lifecycle";

export const browserClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return toDisposable(() => clearTimeout(timer));
  },
};

/** A hidden webview gets no animation frames; its state still has to move. */
const longestFrameMs = 100;

/** Runs `run` once, before the next frame is painted or after 100 ms, whichever comes first. */
export function beforePaint(run: () => void): void {
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    run();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, longestFrameMs);
}

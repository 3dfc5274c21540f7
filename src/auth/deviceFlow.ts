import { fullJitterMs } from "../base/backoff";
import { type Clock, sleep } from "../base/clock";
import { AppError } from "../base/errors";
import type { Logger } from "../base/log";
import type { AuthApi, DeviceCode, SignedIn } from "./authApi";

/** RFC 8628 section 3.5: each slow_down adds this to every later wait. */
const slowDownMs = 5_000;

/** A server that names no pause at all is not asked without one. */
const leastIntervalMs = 1_000;

/**
 * The code's end is the server's to tell. Two clocks that differ by 30 % either
 * way must not make the editor stop before the server does; this is its own
 * end where the server says nothing.
 */
const lifeAllowance = 1.5;

/** Added to the interval after a failed call; the server's own pace is never undercut. */
const backoff = { baseMs: 1_000, maxMs: 30_000 };

export interface DeviceFlowDeps {
  api: Pick<AuthApi, "requestDeviceCode" | "pollDeviceToken">;
  clock: Clock;
  random: () => number;
  log: Logger;
}

/**
 * Signs in by device code (RFC 8628): gets a code, shows it through `onCode`,
 * and asks until the user has answered or the code's time is over. A failed
 * call does not end it. Throws AppError `code-denied`, `code-expired`,
 * `cancelled`, or what getting the code threw.
 */
export async function runDeviceFlow(
  { api, clock, random, log }: DeviceFlowDeps,
  signal: AbortSignal,
  onCode: (code: DeviceCode) => void,
): Promise<SignedIn> {
  const code = await api.requestDeviceCode(signal).finally(() =>
    // Cancelling also makes the call fail: that is not the server's doing.
    throwIfCancelled(signal),
  );
  const endsAt = clock.now() + code.expiresInMs * lifeAllowance;
  onCode(code);

  let intervalMs = Math.max(code.intervalMs, leastIntervalMs);
  let failures = 0;
  let waitMs = intervalMs;
  for (;;) {
    await sleep(clock, waitMs, signal);
    throwIfCancelled(signal);
    // The last poll begins after the code's time: an approval in its last
    // seconds counts, and the server's pace is not undercut.
    const isLast = clock.now() >= endsAt;
    const outcome = await api.pollDeviceToken(code.deviceCode, signal);
    throwIfCancelled(signal);
    failures = outcome.kind === "retryable" ? failures + 1 : 0;
    switch (outcome.kind) {
      case "signedIn":
        return outcome.signedIn;
      case "denied":
        throw new AppError("code-denied", "The request was denied");
      case "expired":
        throw new AppError("code-expired", "The server let the code expire");
      case "refused":
        throw new AppError("server-refused", outcome.detail);
      case "slowDown":
        intervalMs += slowDownMs;
        break;
      case "retryable":
        log.warn(`Asking for the tokens: ${outcome.detail}`);
        break;
      case "pending":
        break;
    }
    if (isLast) {
      throw new AppError("code-expired", "The code's time is over");
    }
    waitMs =
      intervalMs + (failures > 0 ? fullJitterMs(failures, backoff, random) : 0);
  }
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new AppError("cancelled", "Cancelled by the user");
  }
}

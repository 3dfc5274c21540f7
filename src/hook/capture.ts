import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { type AppendOutcome, appendRecord } from "../queue/append";
import { readInstallKey } from "../queue/installKey";
import type { QueuePaths } from "../queue/queueFolder";
import { type CapturedFacts, makeRecord } from "../queue/record";
import { isMarkedSignedIn } from "../queue/signedInMarker";
import { factsOf } from "./payload";

/**
 * The one way into the queue, for the installed hook (a process of its own)
 * and for the chat (the CLI's callbacks, in the extension host): what arrives
 * either way is scrubbed and recorded alike.
 */
export interface CaptureDeps {
  paths: QueuePaths;
  clock: Clock;
}

/** Queues what a hook's JSON says. Never throws. */
export function captureHookPayload(
  deps: CaptureDeps,
  payload: unknown,
  eventName: string | undefined,
  source: CapturedFacts["source"],
): AppendOutcome {
  return captureFacts(deps, factsOf(payload, eventName, source));
}

/** Queues an event that is known already, such as the user's own decision in the chat. Never throws. */
export function captureFacts(
  { paths, clock }: CaptureDeps,
  facts: CapturedFacts,
): AppendOutcome {
  try {
    // Asked first, so that nothing is made or read for somebody who is not signed in.
    if (!isMarkedSignedIn(paths)) {
      return { kind: "signedOut" };
    }
    const record = makeRecord(facts, {
      now: clock.now(),
      newId: randomUUID,
      installKey: installKeyOrNone(paths),
    });
    return appendRecord(paths, record);
  } catch (error) {
    return { kind: "failed", reason: messageOf(error) };
  }
}

/** An event without its folder's hash is worth more than none. */
function installKeyOrNone(paths: QueuePaths): string | undefined {
  try {
    return readInstallKey(paths);
  } catch {
    // A full or read-only disk; the append will say so in its outcome.
    return undefined;
  }
}

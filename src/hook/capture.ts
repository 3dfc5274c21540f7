import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { type AppendOutcome, appendRecord } from "../queue/append";
import { readInstallKey } from "../queue/installKey";
import type { QueuePaths } from "../queue/queueFolder";
import { randomId } from "../queue/randomId";
import { type CapturedFacts, makeRecord } from "../queue/record";
import { isMarkedSignedIn } from "../queue/signedInMarker";
import type { DecidedBy } from "./decision";
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
function captureFacts(
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
      newId: randomId,
      installKey: installKeyOrNone(paths),
    });
    return appendRecord(paths, record);
  } catch (error) {
    return { kind: "failed", reason: messageOf(error) };
  }
}

/** The session that an event belongs to, as far as it is known. */
export interface CapturedSession {
  sessionId: string | undefined;
  /** The folder that the agent works in, absolute. */
  cwd: string | undefined;
  permissionMode?: string | undefined;
}

/**
 * Queues the start or the end of a chat's agent. The CLI (2.1.329) calls back
 * for those of a /clear, never for those of its process, so whoever starts and
 * ends the process says it. `why` as the CLI's own hooks have it: `startup` or
 * `resume`; `other`. Never throws.
 */
export function captureLifecycle(
  deps: CaptureDeps,
  event: "SessionStart" | "SessionEnd",
  why: string,
  session: CapturedSession,
): AppendOutcome {
  return captureFacts(deps, {
    ...session,
    hookEventName: event,
    reason: why,
    source: "chat",
  });
}

/** How a tool call of a chat was decided. */
export interface CapturedDecision {
  toolName: string;
  decision: "allow" | "deny";
  by: DecidedBy;
  /** The rules that decided, as the settings have them. */
  rules?: readonly string[];
  /** A sentence. */
  reason?: string;
  /** How long the agent waited for it. */
  waitedMs?: number;
}

/** Queues a decision, the user's or another's. Never throws. */
export function captureDecision(
  deps: CaptureDeps,
  { by, rules, waitedMs, ...decision }: CapturedDecision,
  session: CapturedSession,
): AppendOutcome {
  return captureFacts(deps, {
    ...session,
    ...decision,
    hookEventName: "PermissionDecision",
    policyName: by,
    policyNames: rules,
    durationMs: waitedMs,
    source: "chat",
  });
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

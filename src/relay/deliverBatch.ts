import type { EventRecord } from "../protocol/eventRecord";
import type { EventTransport, Retryable, Unauthorized } from "./transport";

/** Where refused events go. */
export interface RefusedEvents {
  addRefused(record: EventRecord, reason: string): Promise<void>;
}

/** Every event of the batch is with the server, or refused and put aside. */
interface Delivered {
  kind: "delivered";
  accepted: number;
  refused: number;
}

/** The server took nothing of it, and refused more than can be believed of the events. */
interface Refusing {
  kind: "refusing";
  /** The server's words about the last one. */
  reason: string;
}

export type DeliveryOutcome = Delivered | Refusing | Retryable | Unauthorized;

export interface DeliverBatchDeps {
  transport: EventTransport;
  refused: RefusedEvents;
  /** Whether so many refusals, and nothing taken, tell more of the server than of the events. */
  isDoubtful: (refusals: number) => boolean;
}

interface Tally {
  accepted: number;
  refusals: { event: EventRecord; reason: string }[];
}

/**
 * Delivers one batch. One that the server refuses is halved until the event
 * that it does not take is alone, which is put aside: it delays the others,
 * and blocks none. Halves that went through before a failure are sent again
 * with the next try, and dropped there by their ids. Nothing is put aside
 * while it is in doubt whether the server takes anything at all.
 */
export async function deliverBatch(
  events: readonly EventRecord[],
  deps: DeliverBatchDeps,
): Promise<DeliveryOutcome> {
  const tally: Tally = { accepted: 0, refusals: [] };
  const failure = await deliverPart(events, deps, tally);
  if (failure) {
    return failure;
  }
  for (const { event, reason } of tally.refusals) {
    await deps.refused.addRefused(event, reason);
  }
  return {
    kind: "delivered",
    accepted: tally.accepted,
    refused: tally.refusals.length,
  };
}

/** Undefined when all of it was taken or refused. */
async function deliverPart(
  events: readonly EventRecord[],
  deps: DeliverBatchDeps,
  tally: Tally,
): Promise<Exclude<DeliveryOutcome, Delivered> | undefined> {
  const outcome = await deps.transport.send(events);
  switch (outcome.kind) {
    case "sent": {
      const reasons = new Map(
        outcome.rejected.map((one) => [one.clientEventId, one.reason]),
      );
      for (const event of events) {
        const reason = reasons.get(event.client_event_id);
        if (reason === undefined) {
          tally.accepted += 1;
        } else {
          tally.refusals.push({ event, reason });
        }
      }
      return doubtOf(tally, deps);
    }
    case "rejected": {
      const [event] = events;
      if (events.length === 1 && event) {
        tally.refusals.push({ event, reason: outcome.reason });
        return doubtOf(tally, deps);
      }
      const middle = Math.ceil(events.length / 2);
      return (
        (await deliverPart(events.slice(0, middle), deps, tally)) ??
        (await deliverPart(events.slice(middle), deps, tally))
      );
    }
    case "retryable":
    case "unauthorized":
      return outcome;
  }
}

function doubtOf(
  { accepted, refusals }: Tally,
  { isDoubtful }: DeliverBatchDeps,
): Refusing | undefined {
  const last = refusals.at(-1);
  return last && accepted === 0 && isDoubtful(refusals.length)
    ? { kind: "refusing", reason: last.reason }
    : undefined;
}

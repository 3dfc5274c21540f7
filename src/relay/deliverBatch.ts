import type { EventRecord } from "../protocol/eventRecord";
import type { EventTransport, Retryable, Unauthorized } from "./transport";

/** Where refused events go. */
export interface RefusedEvents {
  addRefused(record: EventRecord, reason: string): Promise<void>;
}

/** delivered: every event of the batch is with the server, or refused and put aside. */
export type DeliveryOutcome =
  { kind: "delivered"; accepted: number } | Retryable | Unauthorized;

/**
 * Delivers one batch. One that the server refuses is halved until the event
 * that it does not take is alone, which is put aside: it delays the others,
 * and blocks none. Halves that went through before a failure are sent again
 * with the next try, and dropped there by their ids.
 */
export async function deliverBatch(
  events: readonly EventRecord[],
  transport: EventTransport,
  refused: RefusedEvents,
): Promise<DeliveryOutcome> {
  const outcome = await transport.send(events);
  switch (outcome.kind) {
    case "sent": {
      const reasons = new Map(
        outcome.rejected.map((one) => [one.clientEventId, one.reason]),
      );
      let accepted = 0;
      for (const event of events) {
        const reason = reasons.get(event.client_event_id);
        if (reason === undefined) {
          accepted += 1;
        } else {
          await refused.addRefused(event, reason);
        }
      }
      return { kind: "delivered", accepted };
    }
    case "rejected": {
      const [event] = events;
      if (events.length === 1 && event) {
        await refused.addRefused(event, outcome.reason);
        return { kind: "delivered", accepted: 0 };
      }
      return deliverHalves(events, transport, refused);
    }
    case "retryable":
    case "unauthorized":
      return outcome;
  }
}

async function deliverHalves(
  events: readonly EventRecord[],
  transport: EventTransport,
  refused: RefusedEvents,
): Promise<DeliveryOutcome> {
  const middle = Math.ceil(events.length / 2);
  let accepted = 0;
  for (const half of [events.slice(0, middle), events.slice(middle)]) {
    const outcome = await deliverBatch(half, transport, refused);
    if (outcome.kind !== "delivered") {
      return outcome;
    }
    accepted += outcome.accepted;
  }
  return { kind: "delivered", accepted };
}

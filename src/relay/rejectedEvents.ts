import * as v from "valibot";
import type { RejectedEvent } from "./transport";

/** The extended contract's list of refused events, the same over WebSocket and REST. */
export const rejectedEventsSchema = v.array(
  v.object({
    client_event_id: v.string(),
    reason: v.optional(v.string(), "No reason was given"),
  }),
);

export function toRejected(
  list: v.InferOutput<typeof rejectedEventsSchema> | undefined,
): RejectedEvent[] {
  return (list ?? []).map(({ client_event_id, reason }) => ({
    clientEventId: client_event_id,
    reason,
  }));
}

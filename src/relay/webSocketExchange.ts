import * as v from "valibot";
import type { Clock } from "../base/clock";
import { DisposableStore } from "../base/lifecycle";
import type { EventRecord } from "../protocol/eventRecord";
import { validateJson } from "../protocol/validate";
import { rejectedEventsSchema, toRejected } from "./rejectedEvents";
import type { RejectedEvent } from "./transport";
import type { CloseInfo, WebSocketConnection } from "./webSocketConnection";

/** What came of one batch. A frame that fits nothing is passed over, not an end. */
export type BatchReply =
  | { kind: "ack"; rejected: RejectedEvent[] }
  | { kind: "error"; error: string; retryAfterMs: number | undefined }
  | { kind: "closed"; info: CloseInfo }
  | { kind: "timeout" };

/** The contract's limit. */
const ackTimeoutMs = 30_000;

const ackSchema = v.object({
  ack: v.string(),
  rejected: v.optional(rejectedEventsSchema),
});
const errorSchema = v.object({
  error: v.string(),
  batch_id: v.optional(v.nullable(v.string())),
  /** Seconds, as in Retry-After. */
  retry_after: v.optional(v.nullable(v.number())),
});

/** Sends one batch and waits for what the server says about it. */
export function exchangeBatch(
  connection: WebSocketConnection,
  clock: Clock,
  batchId: string,
  events: readonly EventRecord[],
): Promise<BatchReply> {
  return new Promise((resolve) => {
    const store = new DisposableStore();
    const finish = (reply: BatchReply) => {
      store.dispose();
      resolve(reply);
    };
    store.add(
      connection.onMessage((text) => {
        const reply = replyIn(text, batchId);
        if (reply) {
          finish(reply);
        }
      }),
    );
    store.add(clock.schedule(ackTimeoutMs, () => finish({ kind: "timeout" })));
    store.add(
      connection.onDidClose((info) => finish({ kind: "closed", info })),
    );
    connection.send(JSON.stringify({ batch_id: batchId, events }));
  });
}

function replyIn(text: string, batchId: string): BatchReply | undefined {
  const ack = validateJson(ackSchema, text);
  if (ack) {
    return ack.ack === batchId
      ? { kind: "ack", rejected: toRejected(ack.rejected) }
      : undefined;
  }
  const error = validateJson(errorSchema, text);
  if (!error || (error.batch_id ?? batchId) !== batchId) {
    return undefined;
  }
  const seconds = error.retry_after ?? undefined;
  return {
    kind: "error",
    error: error.error,
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
  };
}

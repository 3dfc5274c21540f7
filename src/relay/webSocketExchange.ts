import * as v from "valibot";
import type { Clock } from "../base/clock";
import { DisposableStore } from "../base/lifecycle";
import type { EventRecord } from "../protocol/eventRecord";
import { validateJson } from "../protocol/validate";
import { rejectedEventsSchema, toRejected } from "./rejectedEvents";
import type { RejectedEvent } from "./transport";
import type { CloseInfo, WebSocketConnection } from "./webSocketConnection";

/** What came of the batches. A frame that fits nothing is passed over, not an end. */
export type ExchangeReply =
  /** All of them were acknowledged. */
  | { kind: "ack"; rejected: RejectedEvent[] }
  /** One of them was not taken; what became of those behind it is not waited for. */
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

/**
 * Sends batches, one behind the other, and waits for what the server says
 * about each of them: not before the next one is sent, for most of the time is
 * spent in waiting for the server's disk.
 */
export function exchangeBatches(
  connection: WebSocketConnection,
  clock: Clock,
  newId: () => string,
  batches: readonly (readonly EventRecord[])[],
): Promise<ExchangeReply> {
  return new Promise((resolve) => {
    const pending = new Set<string>();
    const rejected: RejectedEvent[] = [];
    const store = new DisposableStore();
    const finish = (reply: ExchangeReply) => {
      timer.dispose();
      store.dispose();
      resolve(reply);
    };
    const startTimer = () =>
      clock.schedule(ackTimeoutMs, () => finish({ kind: "timeout" }));
    let timer = startTimer();
    store.add(connection.suspendHeartbeat());
    store.add(
      connection.onMessage((text) => {
        const reply = replyIn(text, pending);
        if (reply?.kind === "error") {
          finish(reply);
        } else if (reply) {
          rejected.push(...reply.rejected);
          pending.delete(reply.batchId);
          timer.dispose();
          timer = startTimer();
          if (pending.size === 0) {
            finish({ kind: "ack", rejected });
          }
        }
      }),
    );
    store.add(
      connection.onDidClose((info) => finish({ kind: "closed", info })),
    );
    for (const events of batches) {
      const batchId = newId();
      pending.add(batchId);
      connection.send(JSON.stringify({ batch_id: batchId, events }));
    }
  });
}

type Reply =
  | { kind: "ack"; batchId: string; rejected: RejectedEvent[] }
  | Extract<ExchangeReply, { kind: "error" }>;

function replyIn(text: string, pending: Set<string>): Reply | undefined {
  const ack = validateJson(ackSchema, text);
  if (ack) {
    const rejected = toRejected(ack.rejected);
    return pending.has(ack.ack)
      ? { kind: "ack", batchId: ack.ack, rejected }
      : undefined;
  }
  const error = validateJson(errorSchema, text);
  const batchId = error?.batch_id ?? undefined;
  if (!error || (batchId !== undefined && !pending.has(batchId))) {
    return undefined;
  }
  const seconds = error.retry_after ?? undefined;
  return {
    kind: "error",
    error: error.error,
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
  };
}

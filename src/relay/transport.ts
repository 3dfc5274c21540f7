import type { EventRecord } from "../protocol/eventRecord";

/** An event that the server refuses for what it is, among others that it took. */
export interface RejectedEvent {
  clientEventId: string;
  reason: string;
}

/** The server has the batch, but for those it rejected one by one. */
interface Sent {
  kind: "sent";
  rejected: readonly RejectedEvent[];
}

/** It may go well later; not before `afterMs`, if the server said so. */
export interface Retryable {
  kind: "retryable";
  /** A sentence for people. */
  reason: string;
  afterMs?: number;
}

/** Something in the batch (or its size) will be refused however often it is sent. */
interface Rejected {
  kind: "rejected";
  reason: string;
}

/** The access token was not taken. */
export interface Unauthorized {
  kind: "unauthorized";
}

export type SendOutcome = Sent | Retryable | Rejected | Unauthorized;

/**
 * One way to the server. `send` never rejects. An empty batch only opens the
 * way, where there is something to open. `close` ends what is under way, whose
 * outcome is then `retryable`.
 */
export interface EventTransport<TOutcome = SendOutcome> {
  send(events: readonly EventRecord[]): Promise<TOutcome>;
  close(): void;
}

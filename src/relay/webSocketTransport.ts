import type { Clock } from "../base/clock";
import type { EventRecord } from "../protocol/eventRecord";
import { framesOf } from "./frames";
import { boundedMs, maxRetryAfterMs, retryAfterMs } from "./retryAfter";
import { serverWords } from "./serverWords";
import type { EventTransport, SendOutcome } from "./transport";
import {
  type CloseInfo,
  type ConnectOutcome,
  connectWebSocket,
  type WebSocketConnection,
} from "./webSocketConnection";
import { exchangeBatches } from "./webSocketExchange";

/**
 * Not taken over WebSocket; another way may do. `batch`: the server reported
 * an error in words only, and REST's status will say what kind of error it is.
 * `connection`: there is no WebSocket here; `isAnswered` when a server said so
 * over HTTP, and nobody just cut the connection or answered in its place.
 */
type Refused =
  | { kind: "refused"; scope: "batch"; reason: string }
  | {
      kind: "refused";
      scope: "connection";
      isAnswered: boolean;
      reason: string;
    };

export type WebSocketOutcome = SendOutcome | Refused;

export interface WebSocketTransportDeps {
  clock: Clock;
  newId: () => string;
  webSocketUrl: string;
  accessToken: string;
  /** The open connection has ended while nothing was under way. */
  onClosed(): void;
}

/** A connection that lasts shorter without an acknowledgement counts as a failure, not as a restart. */
const shortLifeMs = 10_000;

/**
 * One connection, opened when it is needed and kept. The first frame is the
 * bare access token; then batches, each of which is acknowledged. One `send` at
 * a time.
 */
export class WebSocketTransport implements EventTransport<WebSocketOutcome> {
  readonly #ended = new AbortController();
  #connection: WebSocketConnection | undefined;
  #openedAt = 0;
  #hasAcked = false;
  #isBusy = false;
  /** What the end of the idle connection meant for the next batch. */
  #verdict: SendOutcome | undefined;

  constructor(private readonly deps: WebSocketTransportDeps) {}

  async send(events: readonly EventRecord[]): Promise<WebSocketOutcome> {
    const verdict = this.#verdict;
    this.#verdict = undefined;
    if (verdict) {
      return verdict;
    }
    this.#isBusy = true;
    try {
      const connection = this.#connection ?? (await this.#connect());
      if ("kind" in connection) {
        return connection;
      }
      return events.length === 0
        ? { kind: "sent", rejected: [] }
        : await this.#exchange(connection, events);
    } finally {
      this.#isBusy = false;
    }
  }

  close(): void {
    this.#ended.abort();
    this.#connection?.dispose();
  }

  async #connect(): Promise<WebSocketConnection | WebSocketOutcome> {
    const { webSocketUrl, clock, accessToken } = this.deps;
    const outcome = await connectWebSocket(
      webSocketUrl,
      clock,
      this.#ended.signal,
    );
    if (outcome.kind !== "open") {
      return this.#whyNotOpen(outcome);
    }
    const { connection } = outcome;
    if (this.#ended.signal.aborted) {
      connection.dispose();
      return { kind: "retryable", reason: "Sending was ended." };
    }
    this.#connection = connection;
    this.#openedAt = clock.now();
    this.#hasAcked = false;
    connection.onDidClose((info) => this.#closed(connection, info));
    connection.send(accessToken);
    return connection;
  }

  async #exchange(
    connection: WebSocketConnection,
    events: readonly EventRecord[],
  ): Promise<WebSocketOutcome> {
    const { clock, newId, accessToken } = this.deps;
    const reply = await exchangeBatches(
      connection,
      clock,
      newId,
      framesOf(events),
    );
    switch (reply.kind) {
      case "ack":
        this.#hasAcked = true;
        return { kind: "sent", rejected: reply.rejected };
      case "error": {
        const reason = `The server reported: ${serverWords(reply.error, accessToken)}`;
        return reply.retryAfterMs === undefined
          ? { kind: "refused", scope: "batch", reason }
          : {
              kind: "retryable",
              reason,
              afterMs: boundedMs(reply.retryAfterMs),
            };
      }
      case "timeout":
        // Half open, most likely: nobody will ever tell that it has ended.
        this.#connection = undefined;
        connection.dispose();
        return {
          kind: "retryable",
          reason: "The server did not acknowledge within 30 s.",
        };
      case "closed":
        return meaningOf(reply.info);
    }
  }

  #closed(connection: WebSocketConnection, info: CloseInfo): void {
    connection.dispose();
    if (this.#connection !== connection) {
      return;
    }
    this.#connection = undefined;
    if (this.#isBusy || this.#ended.signal.aborted) {
      return;
    }
    const livedMs = this.deps.clock.now() - this.#openedAt;
    const isPlain = ![4401, 4403, 1013].includes(info.code);
    if (!isPlain || (!this.#hasAcked && livedMs < shortLifeMs)) {
      this.#verdict = meaningOf(info);
    }
    this.deps.onClosed();
  }

  #whyNotOpen(
    outcome: Exclude<ConnectOutcome, { kind: "open" }>,
  ): WebSocketOutcome {
    const { clock, accessToken } = this.deps;
    if (outcome.kind === "failed") {
      const detail = serverWords(outcome.detail, accessToken);
      const reason = `The server cannot be reached: ${detail}.`;
      return outcome.isReset
        ? { kind: "refused", scope: "connection", isAnswered: false, reason }
        : { kind: "retryable", reason };
    }
    const { status, retryAfter } = outcome;
    if (status === 401) {
      return { kind: "unauthorized" };
    }
    const reason = `The server answered ${status} instead of a WebSocket.`;
    // A login page or a gateway is no server, and 403 is no way.
    const isAnswered = status >= 400 && status < 500 && status !== 403;
    if (status === 429 || status === 503) {
      const afterMs = retryAfterMs(retryAfter, clock.now());
      return {
        kind: "retryable",
        reason,
        ...(afterMs === undefined ? {} : { afterMs }),
      };
    }
    return { kind: "refused", scope: "connection", isAnswered, reason };
  }
}

/** The contract's close codes. */
function meaningOf({ code }: CloseInfo): SendOutcome {
  switch (code) {
    case 4401:
      return { kind: "unauthorized" };
    case 4403:
      return {
        kind: "retryable",
        reason: "The server does not allow this account to send events.",
        afterMs: maxRetryAfterMs,
      };
    case 1009:
      // RFC 6455, section 7.4.1: the message is too big; halves may not be.
      return { kind: "rejected", reason: "The batch was too big." };
    case 1013:
      return {
        kind: "retryable",
        reason: "The server asks to come back later.",
      };
    default:
      return {
        kind: "retryable",
        reason: `The server closed the connection (${code}).`,
      };
  }
}

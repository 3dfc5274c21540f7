import type { Clock } from "../base/clock";
import type { EventRecord } from "../protocol/eventRecord";
import type { EventTransport, SendOutcome } from "./transport";
import type { WebSocketOutcome } from "./webSocketTransport";

export interface FallbackTransportDeps {
  webSocket: EventTransport<WebSocketOutcome>;
  rest: EventTransport;
  clock: Clock;
}

/** How long a network without WebSockets is believed to stay one. */
const restPeriodMs = 10 * 60_000;

/** Sends over WebSocket, and over REST what is refused there. */
export class FallbackTransport implements EventTransport {
  #restUntil = 0;

  constructor(private readonly deps: FallbackTransportDeps) {}

  async send(events: readonly EventRecord[]): Promise<SendOutcome> {
    const { webSocket, rest, clock } = this.deps;
    if (clock.now() < this.#restUntil) {
      return rest.send(events);
    }
    const outcome = await webSocket.send(events);
    if (outcome.kind !== "refused") {
      return outcome;
    }
    if (events.length === 0 && outcome.scope === "connection") {
      // Opening the way was all that was asked for: an answer over HTTP shows that there is one.
      return outcome.isAnswered
        ? { kind: "sent", rejected: [] }
        : { kind: "retryable", reason: outcome.reason };
    }
    const overRest = await rest.send(events);
    if (overRest.kind === "sent" && outcome.scope === "connection") {
      this.#restUntil = clock.now() + restPeriodMs;
    }
    return overRest;
  }

  close(): void {
    this.deps.webSocket.close();
    this.deps.rest.close();
  }
}

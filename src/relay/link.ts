import type { Clock } from "../base/clock";
import { FallbackTransport } from "./fallbackTransport";
import { RestTransport } from "./restTransport";
import { RetryingTransport } from "./retryingTransport";
import { serverAddress } from "./serverAddress";
import type { EventTransport, Retryable } from "./transport";
import { WebSocketTransport } from "./webSocketTransport";

/** A short-lived access token and the server that it is for. */
export interface Credential {
  serverUrl: string;
  accessToken: string;
}

/** The way to one server with one access token. */
export interface Link {
  /** Keeps trying by itself, until `interrupt` or `close`. */
  live: EventTransport & { interrupt(): void };
  /** Tries once, over REST; whoever asks for it closes it. */
  createRest(): EventTransport;
}

interface LinkHandlers {
  onFailure: (failure: Retryable) => void;
  /** The open connection ended while nothing was under way. */
  onClosed: () => void;
}

type LinkOutcome = { ok: true; link: Link } | { ok: false; problem: string };

export type LinkFactory = (
  credential: Credential,
  handlers: LinkHandlers,
) => LinkOutcome;

export interface LinkDeps {
  clock: Clock;
  /** [0, 1). */
  random: () => number;
  newId: () => string;
  fetch: typeof fetch;
}

/** Makes links: WebSocket, REST where that is refused, and patience around both. */
export function createLinkFactory(deps: LinkDeps): LinkFactory {
  return ({ serverUrl, accessToken }, { onFailure, onClosed }) => {
    const address = serverAddress(serverUrl);
    if (!address.ok) {
      return address;
    }
    const { webSocketUrl, restUrl } = address;
    const createRest = () =>
      new RestTransport({ ...deps, restUrl, accessToken });
    const inner = new FallbackTransport({
      clock: deps.clock,
      rest: createRest(),
      webSocket: new WebSocketTransport({
        ...deps,
        webSocketUrl,
        accessToken,
        onClosed,
      }),
    });
    const live = new RetryingTransport({ ...deps, inner, onFailure });
    return { ok: true, link: { live, createRest } };
  };
}

import type { IncomingMessage } from "node:http";
import WebSocket from "ws";
import type { Clock } from "../base/clock";
import { Emitter } from "../base/event";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import { Heartbeat } from "./heartbeat";

export interface CloseInfo {
  /** 1006 when the connection broke. */
  code: number;
}

/**
 * open: the upgrade was accepted. answered: an HTTP answer came instead.
 * failed: nothing came (`isReset`: the connection was cut, as some proxies do).
 */
export type ConnectOutcome =
  | { kind: "open"; connection: WebSocketConnection }
  | { kind: "answered"; status: number; retryAfter: string | undefined }
  | { kind: "failed"; detail: string; isReset: boolean };

/** The contract's limit. */
const connectTimeoutMs = 15_000;

/** The server sends acknowledgements only. */
const maxFrameBytes = 1024 * 1024;

/**
 * An open WebSocket: text frames either way, and its end. An end is told of
 * after a disposal too, so that nobody waits for an answer in vain.
 */
export class WebSocketConnection extends Disposable {
  readonly #message = new Emitter<string>();
  readonly onMessage = this.#message.event;
  readonly #close = new Emitter<CloseInfo>();
  readonly onDidClose = this.#close.event;

  readonly #heartbeat: Heartbeat;

  constructor(
    private readonly socket: WebSocket,
    clock: Clock,
  ) {
    super();
    this.#heartbeat = this.register(
      new Heartbeat({
        clock,
        ping: () => socket.ping(),
        onDead: () => this.dispose(),
      }),
    );
    socket.on("pong", () => this.#heartbeat.heard());
    socket.once("close", (code) => this.#close.fire({ code }));
    socket.on("message", (data, isBinary) => {
      if (!isBinary && Buffer.isBuffer(data)) {
        this.#message.fire(data.toString("utf8"));
      }
    });
    // No closing handshake: who disposes does not wait, and what is not acknowledged is sent again.
    this.register({ dispose: () => socket.terminate() });
  }

  /** Until the answer is disposed, silence is no sign of death: who waits has a limit of his own. */
  suspendHeartbeat(): DisposableLike {
    return this.#heartbeat.suspend();
  }

  send(text: string): void {
    this.socket.send(text, () => {
      // A failure to write is followed by the end of the connection, which tells of it.
    });
  }
}

/** Connects; never rejects. Aborting the signal ends it as `failed`. */
export function connectWebSocket(
  url: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<ConnectOutcome> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: maxFrameBytes,
      followRedirects: false,
    });
    const finish = (outcome: ConnectOutcome) => {
      timer.dispose();
      signal.removeEventListener("abort", cancel);
      if (outcome.kind !== "open") {
        socket.terminate();
      }
      resolve(outcome);
    };
    const fail = (detail: string, isReset: boolean) =>
      finish({ kind: "failed", detail, isReset });
    const cancel = () => fail("it was ended", false);
    const timer = clock.schedule(connectTimeoutMs, () =>
      fail("no answer within 15 s", false),
    );
    socket.on("error", (error) => fail(error.message, isCut(error)));
    socket.on("unexpected-response", (_request, response) => {
      finish(answered(response));
    });
    socket.on("open", () =>
      finish({
        kind: "open",
        connection: new WebSocketConnection(socket, clock),
      }),
    );
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) {
      cancel();
    }
  });
}

function answered(response: IncomingMessage): ConnectOutcome {
  response.destroy();
  return {
    kind: "answered",
    status: response.statusCode ?? 0,
    retryAfter: response.headers["retry-after"],
  };
}

/** The connection was accepted, then cut or answered in another protocol. */
function isCut(error: Error): boolean {
  const code = "code" in error ? error.code : undefined;
  return (
    code === "ECONNRESET" ||
    (typeof code === "string" && code.startsWith("HPE_"))
  );
}

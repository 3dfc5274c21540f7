import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../base/clock";
import { AppError, messageOf } from "../base/errors";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { AcceptCallback, CallbackReceiver } from "./browserFlow";
import { callbackPages } from "./callbackPages";

export interface LoopbackDeps {
  clock: Clock;
  log: Logger;
  /** 0, unless told: any free one. */
  port?: number;
}

const host = "127.0.0.1";
const callbackPath = "/callback";

/** What a browser sends is there at once; whoever takes longer holds a connection for nothing. */
const requestTimeoutMs = 2_000;
const checkIntervalMs = 500;
/** Browsers send the cookies of every program that ever served pages on this host. */
const maxHeaderBytes = 16 * 1024;
const maxConnections = 16;
/** What is being answered when the wait ends may go out; the promise is a closed listener within 1 s. */
const closeGraceMs = 500;

/**
 * Listens on 127.0.0.1 for the browser's answer, and hands the query of every
 * `GET /callback` to `accept`. Throws AppError `listener-failed`.
 */
export async function openLoopback(
  deps: LoopbackDeps,
  accept: AcceptCallback,
): Promise<CallbackReceiver> {
  const listener = new LoopbackListener(deps, accept);
  try {
    await listener.listen(deps.port ?? 0);
    return listener;
  } catch (error) {
    listener.dispose();
    throw error;
  }
}

class LoopbackListener extends Disposable implements CallbackReceiver {
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  #port = 0;

  constructor(
    private readonly deps: LoopbackDeps,
    private readonly accept: AcceptCallback,
  ) {
    super();
    this.#server = createServer(
      {
        maxHeaderSize: maxHeaderBytes,
        headersTimeout: requestTimeoutMs,
        requestTimeout: requestTimeoutMs,
        connectionsCheckingInterval: checkIntervalMs,
      },
      (request, response) => this.#answer(request, response),
    );
    this.#server.maxRequestsPerSocket = 1;
    this.#server.on("connection", (socket) => this.#admit(socket));
    this.register({ dispose: () => this.#close() });
  }

  get redirectUri(): string {
    return `http://${host}:${this.#port}${callbackPath}`;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (cause) =>
        reject(new AppError("listener-failed", messageOf(cause), { cause })),
      );
      this.#server.listen({ port, host }, () => {
        this.#server.removeAllListeners("error");
        this.#server.on("error", (error) =>
          this.deps.log.warn(`The sign-in's listener: ${messageOf(error)}`),
        );
        const address = this.#server.address();
        this.#port =
          typeof address === "object" && address ? address.port : port;
        resolve();
      });
    });
  }

  /** A crowd of connections must not keep the browser out: the oldest one gives way. */
  #admit(socket: Socket): void {
    this.#connections.add(socket);
    socket.on("close", () => this.#connections.delete(socket));
    const [oldest] = this.#connections;
    if (this.#connections.size > maxConnections) {
      oldest?.destroy();
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    if (path !== callbackPath) {
      end(response, 404);
    } else if (request.method !== "GET") {
      // A preview's HEAD, too, must not use up the answer.
      end(response, 405, { allow: "GET" });
    } else if (request.headers.host !== `${host}:${this.#port}`) {
      // A page on the web that has its own name point here is told nothing.
      end(response, 400);
    } else {
      const { status, headers, body } =
        callbackPages[this.accept(new URLSearchParams(query))];
      end(response, status, headers, body);
    }
  }

  #close(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
    if (this.#connections.size === 0) {
      return;
    }
    const cut = this.deps.clock.schedule(closeGraceMs, () =>
      this.#server.closeAllConnections(),
    );
    this.#server.on("close", () => cut.dispose());
  }
}

function end(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body = "",
): void {
  response
    .writeHead(status, {
      ...headers,
      "content-length": String(Buffer.byteLength(body)),
      connection: "close",
    })
    .end(body);
}

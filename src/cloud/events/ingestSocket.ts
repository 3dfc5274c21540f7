import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../base/clock";
import { Disposable, toDisposable } from "../../base/lifecycle";
import type { Tokens } from "../auth/tokens";
import { faultReply, type Faults } from "../faults";
import type { Reply } from "../http/exchange";
import { refuseForeign } from "../http/guard";
import { errorReply } from "../http/replies";
import { type Ingest, maxBatchBytes } from "./ingest";
import { IngestConnection, ingestPath } from "./ingestConnection";

export interface IngestSocketDeps {
  readonly tokens: Tokens;
  readonly ingest: Ingest;
  readonly faults: Faults;
  readonly clock: Clock;
}

/** RFC 6455 section 7.4.1: the endpoint is going away. */
const goingAway = 1001;

/** Accepts WebSockets at /ws/events/ingest and owns their connections. */
export class IngestSocket extends Disposable {
  readonly #deps: IngestSocketDeps;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: maxBatchBytes,
    // Deflating a loopback connection costs time and memory, and saves nothing.
    perMessageDeflate: false,
  });
  readonly #connections = new Map<WebSocket, IngestConnection>();

  constructor(deps: IngestSocketDeps) {
    super();
    this.#deps = deps;
    this.register(
      toDisposable(() => {
        for (const connection of this.#connections.values()) {
          connection.dispose();
        }
        this.#server.close();
      }),
    );
  }

  /** Answers an HTTP upgrade request: with a WebSocket, or with the refusal. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until ws has taken over, nobody else would hear the client cut the line.
    const ignore = () => socket.destroy();
    socket.on("error", ignore);
    const refusal = this.#refusal(incoming);
    if (refusal) {
      refuse(socket, refusal);
      return;
    }
    this.#server.handleUpgrade(incoming, socket, head, (webSocket) => {
      socket.off("error", ignore);
      this.#connect(webSocket);
    });
  }

  /** Tells every client that the server is going away. */
  closeAll(): void {
    for (const socket of this.#connections.keys()) {
      socket.close(goingAway, "the server ends");
    }
  }

  #refusal(incoming: IncomingMessage): Reply | undefined {
    const foreign = refuseForeign(incoming.method ?? "GET", incoming.headers);
    if (foreign) {
      return foreign;
    }
    const [path] = (incoming.url ?? "/").split("?");
    return path === ingestPath
      ? faultReply(this.#deps.faults.take(ingestPath, ["status", "html"]))
      : errorReply(404, "not_found", "There is no WebSocket at this path.");
  }

  #connect(socket: WebSocket): void {
    const connection = new IngestConnection({ socket, ...this.#deps });
    this.#connections.set(socket, connection);
    socket.on("close", () => {
      this.#connections.delete(socket);
      connection.dispose();
    });
    socket.on("error", () => {
      // A protocol error or an oversized frame: ws itself closes with the right
      // code, and "close" follows. Unheard, the error would end the process.
    });
  }
}

function refuse(socket: Duplex, { status, headers, body }: Reply): void {
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const reason = STATUS_CODES[status] ?? "";
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\n${lines.join("")}\r\n${body}`,
    () => socket.destroy(),
  );
}

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { EventRecord } from "../../src/protocol/eventRecord";

interface Batch {
  batch_id?: string;
  events: EventRecord[];
}

type AckMode =
  | "ack"
  /** Takes the batch, then says nothing. */
  | "silent"
  /** Closes instead of taking the batch. */
  | "close"
  /** Takes the batch, then closes: the acknowledgement is lost. */
  | "takeAndClose"
  /** Answers with an error that has no retry_after. */
  | "error";

/**
 * A server that speaks the ingest part of the contract over real sockets, and
 * misbehaves on request.
 */
export class IngestServer {
  /** Distinct events, in the order in which they came first. */
  readonly events = new Map<string, EventRecord>();
  /** How many events came, doubled ones included. */
  received = 0;
  batches = 0;
  /** Tokens that WebSockets presented. */
  readonly tokens: string[] = [];
  posts = 0;
  connections = 0;
  /** Pings of clients whose answer they have. */
  pingsAnswered = 0;

  accepts: (token: string) => boolean = () => true;
  ack: AckMode = "ack";
  /** When false, an upgrade gets this status. */
  hasWebSocket = true;
  upgradeStatus = 404;
  /** The status of every POST, unless 200. */
  postStatus = 200;
  postHeaders: Record<string, string> = {};
  /** A page instead of JSON, as a captive portal gives. */
  isPortal = false;
  /** A batch that holds such an event is refused with 400. */
  isBad: (event: EventRecord) => boolean = () => false;
  /** Extended servers take the others, and name the bad ones. */
  namesRejected = false;

  #http: Server | undefined;
  #port = 0;
  readonly #sockets = new WebSocketServer({ noServer: true });

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get ids(): string[] {
    return [...this.events.keys()];
  }

  /** Listens; after a `stop` on the same port again. */
  async start(): Promise<void> {
    const server = createServer((request, response) => {
      void this.#post(request, response);
    });
    server.on("upgrade", (request, socket, head) => {
      if (!this.hasWebSocket) {
        socket.end(
          `HTTP/1.1 ${this.upgradeStatus} x\r\nContent-Length: 0\r\n\r\n`,
        );
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (client) =>
        this.#serve(client),
      );
    });
    await new Promise<void>((resolve) =>
      server.listen(this.#port, "127.0.0.1", resolve),
    );
    this.#port = (server.address() as AddressInfo).port;
    this.#http = server;
  }

  async stop(): Promise<void> {
    for (const client of this.#sockets.clients) {
      client.terminate();
    }
    const server = this.#http;
    this.#http = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) =>
      server ? server.close(() => resolve()) : resolve(),
    );
  }

  /** From now on the clients hear nothing, not even that: as when a cable was pulled. */
  freezeSockets(): void {
    for (const client of this.#sockets.clients) {
      client.pause();
    }
  }

  /** Closes every open WebSocket. */
  closeSockets(code: number): void {
    for (const client of this.#sockets.clients) {
      client.close(code);
    }
  }

  #serve(client: WebSocket): void {
    this.connections += 1;
    // Frames keep their order: who has answered this has heard the answer to his own.
    client.on("ping", () => client.ping());
    client.on("pong", () => (this.pingsAnswered += 1));
    client.once("message", (token: Buffer) => {
      this.tokens.push(token.toString());
      if (!this.accepts(token.toString())) {
        client.close(4401);
        return;
      }
      client.on("message", (data: Buffer) => this.#frame(client, data));
    });
  }

  #frame(client: WebSocket, data: Buffer): void {
    const batch = JSON.parse(data.toString()) as Batch;
    if (this.ack === "close") {
      client.close(1011);
      return;
    }
    const bad = batch.events.filter((event) => this.isBad(event));
    if (this.ack === "error" || (bad.length > 0 && !this.namesRejected)) {
      client.send(JSON.stringify({ error: "no", batch_id: batch.batch_id }));
      return;
    }
    const answer = { ack: batch.batch_id, ...this.#take(batch.events) };
    if (this.ack === "takeAndClose") {
      client.close(1011);
    } else if (this.ack === "ack") {
      client.send(JSON.stringify(answer));
    }
  }

  async #post(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    this.posts += 1;
    const body = await textOf(request);
    const token = /^Bearer (.+)$/.exec(
      request.headers.authorization ?? "",
    )?.[1];
    if (this.isPortal) {
      response.setHeader("content-type", "text/html").end("<p>Log in</p>");
    } else if (!this.accepts(token ?? "")) {
      response.writeHead(401).end("{}");
    } else if (this.postStatus !== 200) {
      response.writeHead(this.postStatus, this.postHeaders).end("{}");
    } else {
      const { events } = JSON.parse(body) as Batch;
      const isRefused =
        !this.namesRejected && events.some((event) => this.isBad(event));
      const answer = isRefused ? { error: "bad event" } : this.#take(events);
      response.writeHead(isRefused ? 400 : 200).end(JSON.stringify(answer));
    }
  }

  #take(events: EventRecord[]) {
    this.batches += 1;
    this.received += events.length;
    const rejected = [];
    for (const event of events) {
      if (this.isBad(event)) {
        rejected.push({
          client_event_id: event.client_event_id,
          reason: "bad event",
        });
      } else if (!this.events.has(event.client_event_id)) {
        this.events.set(event.client_event_id, event);
      }
    }
    return { rejected };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
  }
  return text;
}

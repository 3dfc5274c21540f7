import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Received {
  method: string;
  path: string;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** How to answer; it may also write a part, or nothing, and leave it at that. */
type Answer = (response: ServerResponse) => void;

/** A server over a real socket that answers whatever the test says, and notes what it was asked. */
export class AnswerServer {
  readonly received: Received[] = [];
  answer: Answer = json(200, {});
  readonly #server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      this.received.push({ method, path, headers, body });
      this.answer(response);
    });
  });

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  start(): Promise<void> {
    return new Promise((resolve) =>
      this.#server.listen(0, "127.0.0.1", resolve),
    );
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

export function json(status: number, body: unknown): Answer {
  return (response) =>
    response
      .writeHead(status, { "content-type": "application/json" })
      .end(JSON.stringify(body));
}

/** A captive portal's page, or a proxy's. */
export function html(status: number): Answer {
  return (response) =>
    response
      .writeHead(status, { "content-type": "text/html" })
      .end("<!doctype html><title>Log in</title>");
}

export function redirect(status: number, location: string): Answer {
  return (response) => response.writeHead(status, { location }).end();
}

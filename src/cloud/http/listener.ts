import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, sleep } from "../../base/clock";
import { messageOf } from "../../base/errors";
import { Disposable, toDisposable } from "../../base/lifecycle";
import type { Logger } from "../../base/log";
import type { Faults } from "../faults";
import { faultReply } from "../faults";
import { readBody } from "./body";
import type { Reply, Route } from "./exchange";
import { refuseForeign } from "./guard";
import { errorReply } from "./replies";

export interface ListenerDeps {
  readonly routes: readonly Route[];
  readonly faults: Faults;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** In bytes; routes that take more say so. */
const defaultMaxBodyBytes = 64 * 1024;

/** On every answer. There are no CORS headers: no other site has anything to read here. */
const commonHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** From a request of Node's to a route's reply, and back; what fails inside becomes a 500 and a line in the log. */
export class Listener extends Disposable {
  readonly #deps: ListenerDeps;
  readonly #ended = new AbortController();

  constructor(deps: ListenerDeps) {
    super();
    this.#deps = deps;
    this.register(toDisposable(() => this.#ended.abort()));
  }

  /** Answers one request; never throws. */
  async handle(incoming: IncomingMessage, response: ServerResponse) {
    try {
      await this.#answer(incoming, response);
    } catch (error) {
      this.#deps.logger.error(`request failed: ${messageOf(error)}`);
      this.#send(
        response,
        errorReply(500, "server_error", "The server failed; its log says why."),
      );
    }
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse) {
    const { faults, clock } = this.#deps;
    const found = this.#find(incoming);
    const maxBytes =
      "handle" in found
        ? (found.maxBodyBytes ?? defaultMaxBodyBytes)
        : defaultMaxBodyBytes;
    const body = await readBody(incoming, maxBytes);
    if (body === "aborted") {
      return;
    }
    if (!("handle" in found)) {
      this.#send(response, found);
      return;
    }
    if (body === "too-large") {
      this.#send(response, tooLarge(maxBytes));
      return;
    }
    const fault = faults.take(found.path, ["status", "html", "delay", "drop"]);
    if (fault?.kind === "delay") {
      await sleep(clock, fault.ms, this.#ended.signal);
      if (this.isDisposed) {
        return;
      }
    }
    const reply =
      faultReply(fault) ??
      found.handle({ ...describe(incoming), headers: incoming.headers, body });
    if (fault?.kind === "drop") {
      incoming.socket.destroy();
      return;
    }
    this.#send(response, reply);
  }

  #send(response: ServerResponse, reply: Reply): void {
    if (response.headersSent || response.destroyed) {
      return;
    }
    response.writeHead(reply.status, {
      ...commonHeaders,
      // Node would write its own: a server whose clock is off says so.
      date: new Date(this.#deps.clock.now()).toUTCString(),
      ...reply.headers,
      "content-length": Buffer.byteLength(reply.body),
    });
    response.end(reply.body);
  }

  /** The route, or the refusal; the body has to be read in either case. */
  #find(incoming: IncomingMessage): Route | Reply {
    const { method, path } = describe(incoming);
    const refusal = refuseForeign(method, incoming.headers);
    if (refusal) {
      return refusal;
    }
    const routes = this.#deps.routes.filter((route) => route.path === path);
    if (routes.length === 0) {
      return errorReply(404, "not_found", "There is nothing at this path.");
    }
    const allow = routes.map((route) => route.method).join(", ");
    return (
      routes.find((route) => route.method === method) ??
      errorReply(405, "method_not_allowed", `Use ${allow}.`, { allow })
    );
  }
}

function describe(incoming: IncomingMessage) {
  const target = incoming.url ?? "/";
  const queryAt = target.indexOf("?");
  return {
    method: incoming.method ?? "GET",
    path: queryAt < 0 ? target : target.slice(0, queryAt),
    query: new URLSearchParams(queryAt < 0 ? "" : target.slice(queryAt + 1)),
    host: incoming.headers.host ?? "",
  };
}

function tooLarge(maxBytes: number): Reply {
  return errorReply(
    413,
    "too_large",
    `A body may have ${maxBytes} bytes here.`,
    { connection: "close" },
  );
}

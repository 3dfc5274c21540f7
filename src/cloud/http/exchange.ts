import type { IncomingHttpHeaders } from "node:http";

/** A request that the listener has let through: its Host and Origin are checked, its body is read. */
export interface CloudRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The Host header: 127.0.0.1:PORT or localhost:PORT, nothing else gets here. */
  readonly host: string;
  readonly body: Buffer;
}

/** An answer as a value, so that faults and tests can look at it before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * One method of one path. Handlers are synchronous, as SQLite is here: two
 * requests never interleave, which is what makes "look, then change" safe.
 */
export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Longer bodies are answered with 413; in bytes, 64 KiB unless told. */
  readonly maxBodyBytes?: number;
  handle(request: CloudRequest): Reply;
}

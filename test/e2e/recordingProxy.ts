import { createServer, request, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

/** What must be found nowhere, by the names that the contract gives it. */
const secretFields =
  /"(?:access_token|refresh_token|device_code|api_key|code|code_verifier)"\s*:\s*"([^"]+)"/g;

/** Stands between the extension and the server, and remembers every secret that passes either way. */
export class RecordingProxy {
  readonly secrets = new Set<string>();
  /** How many requests have passed, by path. */
  readonly requests = new Map<string, number>();
  readonly #server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    this.requests.set(path, (this.requests.get(path) ?? 0) + 1);
    const forwarded = request(
      new URL(path, this.target),
      { method: incoming.method, headers: this.#headers(incoming) },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        this.#pass(answer, outgoing);
      },
    );
    forwarded.on("error", () => outgoing.destroy());
    this.#pass(incoming, forwarded);
  });
  readonly #sockets = new Set<Duplex>();

  private constructor(private readonly target: string) {
    this.#server.on("upgrade", (incoming, socket, head) =>
      this.#tunnel(incoming, socket, head),
    );
    this.#server.on("connection", (socket) => this.#sockets.add(socket));
  }

  static async start(target: string): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(target);
    await new Promise<void>((resolve) =>
      proxy.#server.listen(0, "127.0.0.1", resolve),
    );
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#sockets.forEach((socket) => socket.destroy());
    await closed;
  }

  #headers({ headers }: IncomingMessage) {
    return { ...headers, host: new URL(this.target).host };
  }

  #pass(
    from: IncomingMessage,
    to: { write(chunk: Buffer): unknown; end(): unknown },
  ): void {
    let body = "";
    from.on("data", (chunk: Buffer) => {
      body += chunk.toString("utf8");
      to.write(chunk);
    });
    from.on("end", () => {
      for (const [, secret] of body.matchAll(secretFields)) {
        this.secrets.add(secret!);
      }
      to.end();
    });
    from.on("error", () => to.end());
  }

  #tunnel(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { hostname, port } = new URL(this.target);
    const upstream = connect(Number(port), hostname, () => {
      const headers = Object.entries(this.#headers(incoming));
      upstream.write(
        `GET ${incoming.url ?? "/"} HTTP/1.1\r\n${headers
          .map(([name, value]) => `${name}: ${String(value)}\r\n`)
          .join("")}\r\n`,
      );
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    this.#sockets.add(upstream);
    for (const end of [socket, upstream]) {
      end.on("error", () => {
        socket.destroy();
        upstream.destroy();
      });
    }
  }
}

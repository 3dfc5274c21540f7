import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/**
 * Stands between relay and server, on a port of its own, and can do to
 * connections what networks do.
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #targetPort = 0;

  private constructor() {
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(): Promise<TcpProxy> {
    const proxy = new TcpProxy();
    await new Promise<void>((resolve) =>
      proxy.#server.listen(0, "127.0.0.1", resolve),
    );
    return proxy;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  set targetPort(port: number) {
    this.#targetPort = port;
  }

  /** Open connections carry nothing any more, either way, and nobody is told. Gives their number. */
  freeze(): number {
    const count = this.#pairs.size;
    for (const pair of this.#pairs) {
      for (const socket of pair) {
        socket.removeAllListeners("data");
        socket.removeAllListeners("end");
        socket.removeAllListeners("close");
        socket.resume();
      }
    }
    return count;
  }

  /** Cuts every connection, the frozen ones too. Gives their number. */
  cut(): number {
    const count = this.#pairs.size;
    for (const pair of this.#pairs) {
      for (const socket of pair) {
        socket.resetAndDestroy();
      }
    }
    this.#pairs.clear();
    return count;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: Socket): void {
    const server = connect(this.#targetPort, "127.0.0.1");
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on("data", (bytes: Buffer) => to.write(bytes));
      from.on("end", () => to.end());
      from.on("error", () => {
        // `close` follows.
      });
      from.on("close", end);
    }
  }
}

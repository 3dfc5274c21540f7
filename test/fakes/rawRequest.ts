import { connect, type Socket } from "node:net";

/** A connection to a port of this machine over which a test sends whatever it likes. */
export class RawConnection {
  readonly closed: Promise<void>;
  received = "";
  readonly #socket: Socket;

  constructor(port: number, text = "") {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.setEncoding("utf8");
    this.#socket.on("data", (chunk) => (this.received += String(chunk)));
    this.#socket.on("error", () => {
      // A refused or reset connection is an outcome here: `closed` tells of it.
    });
    this.closed = new Promise((resolve) => this.#socket.on("close", resolve));
    this.send(text);
  }

  /** Of the first answer; undefined when there was none. */
  get status(): number | undefined {
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(this.received)?.[1];
    return status === undefined ? undefined : Number(status);
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** Half-closes, as a client does that has said everything. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Sends it, and gives the whole answer once the connection has ended. */
export async function rawRequest(
  port: number,
  text: string,
): Promise<RawConnection> {
  const connection = new RawConnection(port, text);
  await connection.closed;
  return connection;
}

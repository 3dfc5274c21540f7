import type { Socket } from "node:net";
import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import { LineReader } from "../node/lineStream";

/** A credential is the longest message; tokens have some kilobytes. */
const maxLineBytes = 64 * 1024;

/** Some hundred status messages: whoever has left as much unread is hung. */
const maxUnreadBytes = 256 * 1024;

/**
 * Messages as lines of JSON over a local socket, and its end. Bounded either
 * way: a line that is too long ends it, and so does a reader that does not
 * read. A line that the end has cut short is no message.
 */
export class LineSocket extends Disposable {
  readonly #line = new Emitter<string>();
  readonly onLine = this.#line.event;
  readonly #close = new Emitter<void>();
  /** Told after a disposal too. */
  readonly onDidClose = this.#close.event;

  constructor(private readonly socket: Socket) {
    super();
    const reader = new LineReader({
      maxLineBytes,
      onLine: (line) => {
        if (!this.isDisposed) {
          this.#line.fire(line);
        }
      },
      onOversized: () => this.dispose(),
    });
    socket.on("data", (chunk: Buffer) => reader.push(chunk));
    // The end follows, and tells of it.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.dispose();
      this.#close.fire();
    });
    this.register({ dispose: () => socket.destroy() });
  }

  send(message: object): void {
    if (this.isDisposed || !this.socket.writable) {
      return;
    }
    this.socket.write(`${JSON.stringify(message)}\n`);
    if (this.socket.writableLength > maxUnreadBytes) {
      this.dispose();
    }
  }
}

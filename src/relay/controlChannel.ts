import type { Readable, Writable } from "node:stream";
import { LineReader } from "../node/lineStream";
import {
  type FromRelay,
  type ToRelay,
  toRelaySchema,
} from "../protocol/delivery";
import { validateJson } from "../protocol/validate";

export interface ControlChannelDeps {
  input: Readable;
  output: Writable;
  onMessage(message: ToRelay): void;
  /** The host is gone, or wants this process to be. Once. */
  onEnd(): void;
}

const maxLineBytes = 1024 * 1024;

/**
 * The relay's end of its channel to the extension host: JSON lines either way.
 * A line that is no message is reported without its content, which may hold a
 * token.
 */
export class ControlChannel {
  #hasEnded = false;

  constructor(private readonly deps: ControlChannelDeps) {
    const reader = new LineReader({
      maxLineBytes,
      onLine: (line) => this.#read(line),
      onOversized: () => this.#passOver(),
    });
    deps.input.on("data", (chunk: Buffer) => reader.push(chunk));
    deps.input.on("end", () => this.#end());
    deps.input.on("error", () => this.#end());
    // Nobody reads any more.
    deps.output.on("error", () => this.#end());
  }

  send(message: FromRelay): void {
    if (this.deps.output.writable) {
      this.deps.output.write(`${JSON.stringify(message)}\n`);
    }
  }

  log(
    level: Extract<FromRelay, { type: "log" }>["level"],
    message: string,
  ): void {
    this.send({ type: "log", level, message });
  }

  #read(line: string): void {
    const message = validateJson(toRelaySchema, line);
    if (message) {
      this.deps.onMessage(message);
    } else {
      this.#passOver();
    }
  }

  #passOver(): void {
    this.log("warn", "A line from the host was not understood");
  }

  #end(): void {
    if (!this.#hasEnded) {
      this.#hasEnded = true;
      this.deps.onEnd();
    }
  }
}

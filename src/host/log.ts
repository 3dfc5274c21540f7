import * as vscode from "vscode";
import type { Logger } from "../base/log";

/** The output channel, as the logger of everything that knows nothing of VS Code. */
export class ChannelLogger implements Logger, vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel("Failproof", {
    log: true,
  });

  trace(message: string): void {
    this.#channel.trace(message);
  }

  info(message: string): void {
    this.#channel.info(message);
  }

  warn(message: string): void {
    this.#channel.warn(message);
  }

  error(message: string): void {
    this.#channel.error(message);
  }

  show(): void {
    this.#channel.show();
  }

  dispose(): void {
    this.#channel.dispose();
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import {
  type FromRelay,
  fromRelaySchema,
  type RelayStatus,
  type ToRelay,
} from "../../src/protocol/delivery";
import { validateJson } from "../../src/protocol/validate";
import { eventually } from "./eventually";
import type { QueueHome } from "./queueHome";

/** A relay as a real process, with what it said. */
export class RelayHarness {
  readonly messages: FromRelay[] = [];
  output = "";
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(script: string, home: QueueHome) {
    this.#child = spawn(process.execPath, [script], {
      env: home.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const { stdout, stderr, stdin } = this.#child;
    if (!stdout || !stderr || !stdin) {
      throw new Error("The relay has no pipes");
    }
    createInterface({ input: stdout }).on("line", (line) => {
      this.output += `${line}\n`;
      const message = validateJson(fromRelaySchema, line);
      if (message) {
        this.messages.push(message);
      }
    });
    stderr.on("data", (text) => {
      this.output += String(text);
    });
    stdin.on("error", () => {
      // It was killed: the test knows.
    });
    this.ended = new Promise((resolve) =>
      this.#child.on("close", (code) => resolve(code)),
    );
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get status(): RelayStatus | undefined {
    const last = this.messages.findLast((one) => one.type === "status");
    return last?.status;
  }

  send(message: ToRelay): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  signIn(serverUrl: string, accessToken = "token-1"): void {
    this.send({ type: "credential", serverUrl, accessToken });
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  kill(): Promise<number | null> {
    this.#child.kill("SIGKILL");
    return this.ended;
  }

  /** Waits until its status is such a one. */
  reaches(
    wanted: (status: RelayStatus) => boolean,
    what: string,
  ): Promise<RelayStatus> {
    return eventually(
      () => (this.status && wanted(this.status) ? this.status : undefined),
      `${what}; the relay said:\n${this.output}`,
    );
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { systemClock } from "../../src/node/systemClock";
import {
  type FromRelay,
  relayProtocol,
  type RelayStatus,
  type ToRelay,
} from "../../src/protocol/delivery";
import { attach, type Attachment } from "../../src/relay/attach";
import { relayPlace } from "../../src/relay/relayPlace";
import { eventually } from "./eventually";
import type { QueueHome } from "./queueHome";

/** A window's end of the attachment to whatever relay works on that home's queue, with what it heard. */
export class RelayWindow {
  readonly messages: FromRelay[] = [];
  readonly #gone = new AbortController();
  readonly #attached: Promise<Attachment>;

  constructor(
    home: QueueHome,
    identity = { protocol: relayProtocol, build: "1" },
  ) {
    const { signal } = this.#gone;
    const onMessage = (message: FromRelay | undefined) => {
      if (message) {
        this.messages.push(message);
      }
    };
    this.#attached = eventually(async () => {
      signal.throwIfAborted();
      const place = relayPlace(home.paths);
      const options = { ...place, identity, clock: systemClock, signal };
      const outcome = await attach({ ...options, onMessage });
      return outcome.kind === "attached" && outcome.attachment;
    }, "the relay lets a window in");
    // Whoever waits for it hears of it.
    this.#attached.catch(() => {});
  }

  get status(): RelayStatus | undefined {
    const last = this.messages.findLast((one) => one.type === "status");
    return last?.status;
  }

  /** Resolves once it is attached and has sent it. */
  async send(message: ToRelay): Promise<void> {
    (await this.#attached).send(message);
  }

  signIn(serverUrl: string, accessToken = "token-1"): Promise<void> {
    return this.send({ type: "credential", serverUrl, accessToken });
  }

  /** When the connection has ended, with the relay's last word. */
  async ended(): Promise<string | undefined> {
    return (await this.#attached).ended;
  }

  /** As when the window is killed. */
  async cut(): Promise<void> {
    this.#gone.abort();
    await this.#attached.then(
      (attachment) => attachment.dispose(),
      () => undefined,
    );
  }

  /** Waits until its status is such a one. */
  reaches(
    wanted: (status: RelayStatus) => boolean,
    what: string,
  ): Promise<RelayStatus> {
    return eventually(
      () => (this.status && wanted(this.status) ? this.status : undefined),
      `${what}; the relay said:\n${JSON.stringify(this.messages)}`,
    );
  }
}

/** A relay as a real process, with one window. */
export class RelayHarness {
  output = "";
  readonly ended: Promise<number | null>;
  readonly #window: RelayWindow | undefined;
  readonly #child: ChildProcess;

  constructor(script: string, home: QueueHome, options = { attach: true }) {
    this.#child = spawn(process.execPath, [script], {
      env: home.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (text) => {
        this.output += String(text);
      });
    }
    this.ended = new Promise((resolve) =>
      this.#child.on("close", (code) => resolve(code)),
    );
    this.#window = options.attach ? new RelayWindow(home) : undefined;
  }

  get window(): RelayWindow {
    if (!this.#window) {
      throw new Error("This relay has no window");
    }
    return this.#window;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get messages(): FromRelay[] {
    return this.window.messages;
  }

  send(message: ToRelay): void {
    void this.window.send(message);
  }

  signIn(serverUrl: string, accessToken = "token-1"): void {
    void this.window.signIn(serverUrl, accessToken);
  }

  detach(): void {
    this.send({ type: "detach" });
  }

  async kill(): Promise<number | null> {
    this.#child.kill("SIGKILL");
    await this.#window?.cut();
    return this.ended;
  }

  reaches: RelayWindow["reaches"] = (wanted, what) =>
    this.window.reaches(wanted, `${what}\n${this.output}`);
}

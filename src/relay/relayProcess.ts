import { type Clock, sleep } from "../base/clock";
import { messageOf } from "../base/errors";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { serveAsSingleInstance } from "../node/singleInstance";
import {
  type FromRelay,
  type RelayEnding,
  relayProtocol,
} from "../protocol/delivery";
import type { QueuePaths } from "../queue/queueFolder";
import { AttachedWindows } from "./attachedWindows";
import { Delivery } from "./delivery";
import { Doorkeeper } from "./doorkeeper";
import type { Credential } from "./link";
import { relayPlace } from "./relayPlace";
import type { SyncResult } from "./relayLoop";

export interface RelayProcessDeps {
  paths: QueuePaths;
  /** The extension's version. */
  build: string;
  clock: Clock;
  /** [0, 1). */
  random: () => number;
}

/** taken: another relay delivers this queue. */
export type RelayEnd = "ended" | "taken";

/** Of the promise: after its last window the relay drains for 2 s at most. */
const drainMs = 2_000;

/** Whoever started it attaches within milliseconds, unless he is gone. */
const lonelyStartMs = 3_000;

/**
 * The one relay of a user's queue, from its start to its end. It belongs to no
 * window: whoever needs it attaches, and it ends when nobody is left. Its
 * bound address is the lock; it lets go of it last of all, so that there is
 * never a second one at work.
 */
export class RelayProcess extends Disposable {
  readonly #windows: AttachedWindows;
  readonly #log: Logger;
  #credential: Credential | undefined;
  #delivery: Delivery | undefined;
  #end!: () => void;
  readonly #ending = new Promise<void>((resolve) => {
    this.#end = resolve;
  });
  #isEnding = false;

  constructor(private readonly deps: RelayProcessDeps) {
    super();
    this.#log = logTo((message) => this.#windows.tell(message));
    this.#windows = this.register(
      new AttachedWindows({
        build: deps.build,
        log: this.#log,
        onCredential: (credential) => {
          this.#credential = credential;
          this.#delivery?.loop.setCredential(credential);
        },
        sync: () => this.#sync(),
        onEnd: (reason) => this.end(reason),
      }),
    );
  }

  /** Resolves when it is to exit. Throws what the file system threw when it could not start. */
  async run(): Promise<RelayEnd> {
    const { paths, clock, build } = this.deps;
    const { address, key } = relayPlace(paths);
    const doorkeeper = this.register(
      new Doorkeeper({
        ...{ clock, key },
        identity: { protocol: relayProtocol, build },
        onProven: (peer, identity) => {
          this.#windows.add(peer, identity);
          if (!this.#windows.isEmpty) {
            loneliness.dispose();
          }
        },
      }),
    );
    const loneliness = this.register(
      clock.schedule(lonelyStartMs, () => this.end("alone")),
    );
    const lock = await serveAsSingleInstance(address, clock, (socket) =>
      doorkeeper.receive(socket),
    );
    if (!lock) {
      this.dispose();
      return "taken";
    }
    try {
      await this.#deliver();
    } finally {
      this.dispose();
      lock.dispose();
    }
    return "ended";
  }

  /** Sends what can be sent within 2 s, then ends. */
  end(reason: RelayEnding): void {
    if (!this.#isEnding) {
      this.#isEnding = true;
      this.#windows.announceEnd(reason);
      this.#end();
    }
  }

  async #deliver(): Promise<void> {
    const { paths, clock, random } = this.deps;
    const delivery = this.register(
      await Delivery.open({
        ...{ paths, clock, random },
        log: this.#log,
        send: (message) => this.#windows.tell(message),
      }),
    );
    this.#delivery = delivery;
    if (this.#credential) {
      delivery.loop.setCredential(this.#credential);
    }
    delivery.loop.start();
    await this.#ending;
    const drained = new AbortController();
    await Promise.race([
      delivery.stop(drainMs).finally(() => drained.abort()),
      // A file system that hangs keeps nobody waiting.
      sleep(clock, drainMs + 500, drained.signal),
    ]);
  }

  async #sync(): Promise<SyncResult> {
    try {
      const result = await this.#delivery?.loop.sync();
      return result ?? { sent: 0, problem: "The relay is only starting." };
    } catch (error) {
      return { sent: 0, problem: `Syncing failed: ${messageOf(error)}` };
    }
  }
}

/** The relay's log is its windows'. */
function logTo(tell: (message: FromRelay) => void): Logger {
  const at =
    (level: Extract<FromRelay, { type: "log" }>["level"]) =>
    (message: string) =>
      tell({ type: "log", level, message });
  return {
    trace: at("trace"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}

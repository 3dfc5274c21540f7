import { realpath } from "node:fs/promises";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { acquireSingleInstance } from "../node/singleInstance";
import type { FromRelay, ToRelay } from "../protocol/delivery";
import { readInstallKey } from "../queue/installKey";
import { ensureQueueFolder, type QueuePaths } from "../queue/queueFolder";
import { Delivery } from "./delivery";
import type { Credential } from "./link";
import { Standby } from "./standby";

export interface RelayProcessDeps {
  paths: QueuePaths;
  clock: Clock;
  /** [0, 1). */
  random: () => number;
  log: Logger;
  send: (message: FromRelay) => void;
}

const standbyProblem = "Another window's relay delivers this queue.";

/**
 * One relay, from its start to its end. There is one for each window; the one
 * that holds the lock delivers, the others stand by and take over at once when
 * it is gone, however it went.
 */
export class RelayProcess extends Disposable {
  readonly #ended = new AbortController();
  #credential: Credential | undefined;
  #delivery: Delivery | undefined;

  constructor(private readonly deps: RelayProcessDeps) {
    super();
    this.register({ dispose: () => this.#ended.abort() });
  }

  /** Resolves when this relay delivers, or was ended before. Throws what the file system threw. */
  async start(): Promise<void> {
    const { paths, clock } = this.deps;
    ensureQueueFolder(paths);
    const folder = await realpath(paths.folder);
    let standby: Standby | undefined;
    const lock = await acquireSingleInstance(
      // The key keeps other users of the machine from taking the name.
      `relay:${readInstallKey(paths)}:${folder}`,
      {
        clock,
        signal: this.#ended.signal,
        onStandby: () => {
          standby = this.register(new Standby(this.deps));
        },
      },
    );
    standby?.dispose();
    if (!lock) {
      return;
    }
    this.register(lock);
    const delivery = this.register(await Delivery.open(this.deps));
    if (this.isDisposed) {
      return;
    }
    this.#delivery = delivery;
    if (this.#credential) {
      delivery.loop.setCredential(this.#credential);
    }
    delivery.loop.start();
  }

  receive(message: ToRelay): void {
    switch (message.type) {
      case "credential": {
        const { serverUrl, accessToken } = message;
        this.#setCredential({ serverUrl, accessToken });
        break;
      }
      case "signedOut":
        this.#setCredential(undefined);
        break;
      case "syncNow":
        void this.#sync(message.requestId);
        break;
    }
  }

  /** Sends what can be sent within `graceMs`, then lets go of the lock. */
  async stop(graceMs: number): Promise<void> {
    await this.#delivery?.stop(graceMs);
    this.dispose();
  }

  #setCredential(credential: Credential | undefined): void {
    this.#credential = credential;
    this.#delivery?.loop.setCredential(credential);
  }

  async #sync(requestId: string): Promise<void> {
    const { send, log } = this.deps;
    try {
      const result = (await this.#delivery?.loop.sync()) ?? {
        sent: 0,
        problem: standbyProblem,
      };
      send({ type: "synced", requestId, ...result });
    } catch (error) {
      log.error(`Syncing failed: ${messageOf(error)}`);
    }
  }
}

import type { Logger } from "../base/log";
import { Disposable } from "../base/lifecycle";
import {
  type FromRelay,
  type RelayEnding,
  relayProtocol,
  type ToRelay,
  toRelaySchema,
} from "../protocol/delivery";
import { validateJson } from "../protocol/validate";
import { isNewerBuild } from "./build";
import { Credentials } from "./credentials";
import type { Identity } from "./handshake";
import type { LineSocket } from "./lineSocket";
import type { Credential } from "./link";
import type { SyncResult } from "./relayLoop";

export interface AttachedWindowsDeps {
  build: string;
  log: Logger;
  /** What to send with from now on. */
  onCredential(credential: Credential | undefined): void;
  sync(): Promise<SyncResult>;
  /** The relay is to end: the last window has gone, or somebody asked for it. */
  onEnd(reason: RelayEnding): void;
}

/**
 * The windows that this relay works for: what each of them wants, and what all
 * of them are told. Everybody here has proved to be of the same user.
 */
export class AttachedWindows extends Disposable {
  /** Everybody who is connected: also those whom this relay is of no use to. */
  readonly #peers = new Set<LineSocket>();
  readonly #windows = new Set<LineSocket>();
  readonly #credentials = new Credentials<LineSocket>();
  #lastStatus: FromRelay | undefined;
  #ending: RelayEnding | undefined;

  constructor(private readonly deps: AttachedWindowsDeps) {
    super();
    this.register({
      dispose: () => {
        for (const peer of [...this.#peers]) {
          peer.dispose();
        }
      },
    });
  }

  get isEmpty(): boolean {
    return this.#windows.size === 0;
  }

  /** `peer` is ours from now on, or gone. */
  add(peer: LineSocket, window: Identity): void {
    const isCompatible = window.protocol === relayProtocol;
    this.#peers.add(peer);
    peer.onDidClose(() => {
      this.#peers.delete(peer);
      this.#remove(peer);
    });
    peer.onLine((line) => {
      const message = validateJson(toRelaySchema, line);
      if (message?.type === "handOver") {
        this.#handOver(window);
      } else if (message && isCompatible) {
        this.#receive(peer, message);
      } else {
        // Without its content, which may hold a token.
        this.deps.log.warn("A line from a window was not understood");
      }
    });
    if (this.#ending) {
      // It waits for the end of this connection, which is the end of the relay.
      // A stop was not meant for a window that comes after it.
      const reason = this.#ending === "handOver" ? "handOver" : "alone";
      peer.send({ type: "ending", reason });
    } else if (isCompatible) {
      this.#windows.add(peer);
      if (this.#lastStatus) {
        peer.send(this.#lastStatus);
      }
    }
  }

  tell(message: FromRelay): void {
    if (message.type === "credentialRejected") {
      this.#askForCredential();
      return;
    }
    if (message.type === "status") {
      this.#lastStatus = message;
    }
    for (const window of [...this.#windows]) {
      window.send(message);
    }
  }

  /** From now on everybody is told that the relay ends. The connections stay: their end is its end. */
  announceEnd(reason: RelayEnding): void {
    this.#ending = reason;
    this.tell({ type: "ending", reason });
  }

  #receive(peer: LineSocket, message: ToRelay): void {
    switch (message.type) {
      case "credential": {
        const { serverUrl, accessToken } = message;
        this.#credentials.give(peer, { serverUrl, accessToken });
        this.#useCredential();
        break;
      }
      case "signedOut":
        this.#credentials.signOut(peer);
        this.#useCredential();
        break;
      case "syncNow":
        void this.#sync(peer, message.requestId);
        break;
      case "detach":
        this.#detach(peer);
        break;
      case "stop":
        this.deps.onEnd("stopped");
        break;
      case "handOver":
        break;
    }
  }

  /** Only to a newer build, or two would take the place of each other for ever. */
  #handOver({ build }: Identity): void {
    if (isNewerBuild(build, this.deps.build)) {
      this.deps.onEnd("handOver");
    }
  }

  /** The last window's connection stays until the relay ends: so it knows when the queue is drained. */
  #detach(peer: LineSocket): void {
    this.#remove(peer);
    if (!this.isEmpty) {
      peer.dispose();
    }
  }

  #remove(peer: LineSocket): void {
    if (!this.#windows.delete(peer)) {
      return;
    }
    if (this.isEmpty) {
      // What it gave is good for the drain.
      this.deps.onEnd("alone");
    } else {
      this.#credentials.forget(peer);
      this.#useCredential();
    }
  }

  #useCredential(): void {
    if (this.#credentials.hasChanged()) {
      this.deps.onCredential(this.#credentials.current);
    }
  }

  /** Those are asked who gave the refused token; meanwhile another one may do. */
  #askForCredential(): void {
    for (const window of this.#credentials.refuse()) {
      window.send({ type: "credentialRejected" });
    }
    if (this.#credentials.current) {
      this.#useCredential();
    }
  }

  async #sync(peer: LineSocket, requestId: string): Promise<void> {
    const result = await this.deps.sync();
    peer.send({ type: "synced", requestId, ...result });
  }
}

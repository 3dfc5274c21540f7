import type { Socket } from "node:net";
import type { Clock } from "../base/clock";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import { validateJson } from "../protocol/validate";
import {
  type Challenge,
  type Hello,
  helloSchema,
  type Identity,
  isSameProof,
  makeChallenge,
  proofOf,
  proofSchema,
} from "./handshake";
import { LineSocket } from "./lineSocket";

export interface DoorkeeperDeps {
  clock: Clock;
  /** The install key. */
  key: string;
  identity: Identity;
  /** Somebody who knows the key; what he says next is heard by whoever listens now. */
  onProven(peer: LineSocket, identity: Identity): void;
}

/** A handshake takes milliseconds. */
const patienceMs = 5_000;
const maxUnproven = 32;

/**
 * Lets in who knows the install key, and nobody else: the relay's address has
 * no permission bits on Linux. Whoever has not proved it within 5 s is sent
 * away; of too many at once, the one that has been there longest.
 */
export class Doorkeeper extends Disposable {
  readonly #unproven = new Map<LineSocket, DisposableLike>();

  constructor(private readonly deps: DoorkeeperDeps) {
    super();
    this.register({
      dispose: () => {
        for (const peer of [...this.#unproven.keys()]) {
          this.#sendAway(peer);
        }
      },
    });
  }

  receive(socket: Socket): void {
    const peer = new LineSocket(socket);
    if (this.isDisposed) {
      peer.dispose();
      return;
    }
    const timer = this.deps.clock.schedule(patienceMs, () =>
      this.#sendAway(peer),
    );
    this.#unproven.set(peer, timer);
    peer.onDidClose(() => this.#sendAway(peer));
    const [oldest] = this.#unproven.keys();
    if (oldest && this.#unproven.size > maxUnproven) {
      this.#sendAway(oldest);
    }
    this.#awaitHello(peer);
  }

  #awaitHello(peer: LineSocket): void {
    const listening = peer.onLine((line) => {
      listening.dispose();
      const hello = validateJson(helloSchema, line);
      if (!hello) {
        this.#sendAway(peer);
        return;
      }
      const { key, identity } = this.deps;
      const challenge = makeChallenge(key, hello, identity);
      this.#awaitProof(peer, hello, challenge);
      peer.send(challenge);
    });
  }

  #awaitProof(peer: LineSocket, hello: Hello, challenge: Challenge): void {
    const listening = peer.onLine((line) => {
      listening.dispose();
      const wanted = proofOf("window", this.deps.key, hello, challenge);
      const given = validateJson(proofSchema, line)?.proof;
      if (given === undefined || !isSameProof(given, wanted)) {
        this.#sendAway(peer);
        return;
      }
      this.#forget(peer);
      const { protocol, build } = hello;
      this.deps.onProven(peer, { protocol, build });
    });
  }

  /** Harmless for whoever is proven. */
  #sendAway(peer: LineSocket): void {
    if (this.#forget(peer)) {
      peer.dispose();
    }
  }

  #forget(peer: LineSocket): boolean {
    this.#unproven.get(peer)?.dispose();
    return this.#unproven.delete(peer);
  }
}

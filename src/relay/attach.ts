import { connect } from "node:net";
import type { Clock } from "../base/clock";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import {
  type FromRelay,
  fromRelaySchema,
  type RelayEnding,
  type ToRelay,
} from "../protocol/delivery";
import { validateJson } from "../protocol/validate";
import {
  challengeSchema,
  type Hello,
  type Identity,
  isSameProof,
  makeHello,
  proofOf,
} from "./handshake";
import { LineSocket } from "./lineSocket";

export interface AttachOptions {
  /** See node/singleInstance.ts. */
  address: string;
  /** The install key. */
  key: string;
  identity: Identity;
  clock: Clock;
  signal: AbortSignal;
  /** What the relay says, from its first message on; undefined for what is no message. */
  onMessage: (message: FromRelay | undefined) => void;
}

/**
 * none: nobody listens there, or nobody any more (a relay that ends cuts those
 * who wait at its door). stranger: somebody does who does not prove to be the
 * relay, and who was told nothing but a random number.
 */
export type AttachOutcome =
  | { kind: "attached"; attachment: Attachment; relay: Identity }
  | { kind: "none" }
  | { kind: "stranger" };

/** A handshake takes milliseconds; a busy machine may take longer. */
const patienceMs = 5_000;

/** A window's connection to the relay, which has proved to be the relay. */
export interface Attachment extends DisposableLike {
  /** Settles with what the relay said of its end, or undefined: it was lost. */
  readonly ended: Promise<RelayEnding | undefined>;
  send(message: ToRelay): void;
}

/** Connects to the relay; both sides prove themselves. Never rejects; `none` when it was aborted. */
export function attach(options: AttachOptions): Promise<AttachOutcome> {
  return new Promise((resolve) => {
    const { clock, signal } = options;
    const raw = connect(options.address);
    const socket = new LineSocket(raw);
    let outcome: AttachOutcome = { kind: "none" };
    let isSettled = false;
    const settle = () => {
      isSettled = true;
      timer.dispose();
      signal.removeEventListener("abort", giveUp);
      resolve(outcome);
    };
    const giveUp = () => socket.dispose();
    const timer = clock.schedule(patienceMs, () => {
      outcome = { kind: "stranger" };
      giveUp();
    });
    signal.addEventListener("abort", giveUp, { once: true });
    socket.onDidClose(() => {
      if (!isSettled) {
        settle();
      }
    });
    raw.once("connect", () => {
      const hello = makeHello(options.identity);
      const listening = socket.onLine((line) => {
        listening.dispose();
        const attached = answer(socket, hello, line, options);
        if (attached) {
          outcome = attached;
          settle();
        } else {
          outcome = { kind: "stranger" };
          giveUp();
        }
      });
      socket.send(hello);
    });
    if (signal.aborted) {
      giveUp();
    }
  });
}

/** Checks the relay's proof, and gives the window's. */
function answer(
  socket: LineSocket,
  hello: Hello,
  line: string,
  { key, onMessage }: AttachOptions,
): AttachOutcome | undefined {
  const challenge = validateJson(challengeSchema, line);
  if (
    !challenge ||
    !isSameProof(challenge.proof, proofOf("relay", key, hello, challenge))
  ) {
    return undefined;
  }
  const proof = proofOf("window", key, hello, challenge);
  socket.send({ type: "proof", proof });
  const { protocol, build } = challenge;
  const attachment = new SocketAttachment(socket, onMessage);
  return { kind: "attached", attachment, relay: { protocol, build } };
}

class SocketAttachment extends Disposable implements Attachment {
  readonly ended: Promise<RelayEnding | undefined>;
  #ending: RelayEnding | undefined;

  constructor(
    private readonly socket: LineSocket,
    onMessage: (message: FromRelay | undefined) => void,
  ) {
    super();
    this.register(socket);
    this.ended = new Promise((resolve) => {
      socket.onDidClose(() => {
        this.dispose();
        resolve(this.#ending);
      });
    });
    socket.onLine((line) => {
      const message = validateJson(fromRelaySchema, line);
      if (message?.type === "ending") {
        this.#ending = message.reason;
      }
      onMessage(message);
    });
  }

  send(message: ToRelay): void {
    this.socket.send(message);
  }
}

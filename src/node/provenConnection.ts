import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import type { Clock } from "../base/clock";
import { parseJson } from "../base/json";
import { Disposable } from "../base/lifecycle";
import { LineReader } from "./lineStream";

export interface ProofOptions {
  /** What both ends must know, such as the key of this installation. It is never sent. */
  key: string;
  /** What the connection is for, and under which name; proofs for another one do not fit. */
  purpose: string;
  clock: Clock;
}

/** Whoever does not prove itself within this time is no peer. */
const proofTimeoutMs = 3_000;
const maxProofBytes = 1024;
const maxLineBytes = 1024 * 1024;
/** A peer that reads nothing for this many bytes is given up: its memory is ours. */
const maxUnreadBytes = 8 * 1024 * 1024;
const nonceBytes = 32;
const noncePattern = /^[0-9a-f]{64}$/;

/**
 * A stream between two processes of one user that have proven to each other
 * that they know the same key: JSON objects, one a line. A socket's name alone
 * proves nothing: an abstract one has no permission bits, and any name can be
 * taken by whoever comes first. Each end answers the other's fresh nonce, so
 * that what was overheard is worth nothing, and ends differ in the proof, so
 * that nobody can be made to answer itself.
 */
export class ProvenConnection extends Disposable {
  #onMessage: ((message: unknown) => void) | undefined;
  #early: unknown[] = [];
  readonly #reader = new LineReader({
    maxLineBytes,
    onLine: (line) => this.#read(line),
    onOversized: () => this.socket.destroy(),
  });
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;

  private constructor(
    private readonly socket: Socket,
    rest: Buffer,
  ) {
    super();
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        resolve();
        this.dispose();
      });
    });
    this.register({ dispose: () => socket.destroy() });
    socket.on("data", (chunk: Buffer) => this.#reader.push(chunk));
    this.#reader.push(rest);
  }

  /** Undefined, with the socket closed, when the other end is no peer. */
  static async over(
    socket: Socket,
    role: "client" | "server",
    options: ProofOptions,
  ): Promise<ProvenConnection | undefined> {
    const rest = await proven(socket, role, options);
    if (!rest || socket.destroyed) {
      socket.destroy();
      return undefined;
    }
    const connection = new ProvenConnection(socket, rest);
    socket.resume();
    return connection;
  }

  /** What has come before is told at once. */
  listen(onMessage: (message: unknown) => void): void {
    this.#onMessage = onMessage;
    for (const message of this.#early.splice(0)) {
      onMessage(message);
    }
  }

  send(message: unknown): void {
    if (this.isDisposed || !this.socket.writable) {
      return;
    }
    this.socket.write(`${JSON.stringify(message)}\n`);
    if (this.socket.writableLength > maxUnreadBytes) {
      this.socket.destroy();
    }
  }

  #read(line: string): void {
    const message = parseJson(line);
    if (this.#onMessage) {
      this.#onMessage(message);
    } else {
      this.#early.push(message);
    }
  }
}

/**
 * Both send a nonce. The client proves itself first: a server that answered
 * anybody could be made to prove somebody else. What followed the proof is
 * given back.
 */
function proven(
  socket: Socket,
  role: "client" | "server",
  { key, purpose, clock }: ProofOptions,
): Promise<Buffer | undefined> {
  const other = role === "client" ? "server" : "client";
  const mine = randomBytes(nonceBytes).toString("hex");
  const proof = (whose: string, nonces: string) =>
    createHmac("sha256", key)
      .update(`${purpose}\n${whose}\n${nonces}`)
      .digest("hex");
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    let nonces = "";
    let expected: string | undefined;
    const finish = (rest: Buffer | undefined) => {
      timer.dispose();
      socket.off("data", read);
      socket.off("close", end);
      socket.pause();
      resolve(rest);
    };
    const end = () => finish(undefined);
    const read = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const at = received.indexOf("\n");
        if (at < 0 && received.length <= maxProofBytes) {
          return;
        }
        const line = received.subarray(0, Math.max(at, 0)).toString("latin1");
        received = received.subarray(at + 1);
        if (expected !== undefined) {
          const isPeer = isSame(line, expected);
          if (isPeer && role === "server") {
            socket.write(`${proof(role, nonces)}\n`);
          }
          finish(isPeer ? received : undefined);
          return;
        }
        if (!noncePattern.test(line)) {
          end();
          return;
        }
        nonces = role === "client" ? mine + line : line + mine;
        if (role === "client") {
          socket.write(`${proof(role, nonces)}\n`);
        }
        expected = proof(other, nonces);
      }
    };
    const timer = clock.schedule(proofTimeoutMs, end);
    // Errors end in a close; without a listener they would end the process.
    socket.on("error", () => {});
    socket.on("close", end);
    socket.on("data", read);
    socket.write(`${mine}\n`);
  });
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

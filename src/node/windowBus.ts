import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { type Clock, sleep } from "../base/clock";
import { messageOf } from "../base/errors";
import { Emitter } from "../base/event";
import { isRecord } from "../base/json";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { ProvenConnection } from "./provenConnection";
import { instanceAddress, serveAsSingleInstance } from "./singleInstance";

/** What one window tells the others. The payload is whatever came: who listens checks it. */
export interface BusMessage {
  topic: string;
  payload: unknown;
}

export interface WindowBusDeps {
  /** Windows that share a name share a bus. */
  name: string;
  /** Known to this user's windows only. */
  key: string;
  clock: Clock;
  log: Logger;
}

const reconnectMs = 50;
/** The hub is another process: one that hangs must not make this window wait. */
const answerTimeoutMs = 1_000;

/**
 * Lets the windows of one user talk to each other on one machine: what VS Code
 * itself keeps apart (in a browser each window even has its own copy of the
 * SecretStorage). One window is the hub, the others are connected to it; when
 * it goes, another one takes its place. Everything passes the hub, so all
 * hear it in the same order.
 */
export class WindowBus extends Disposable {
  readonly #onDidReceive = this.register(new Emitter<BusMessage>());
  /** What the other windows have published. */
  readonly onDidReceive = this.#onDidReceive.event;
  readonly #onDidJoin = this.register(new Emitter<void>());
  /** There is a way to the others, for the first time or again: what was told meanwhile is lost. */
  readonly onDidJoin = this.#onDidJoin.event;
  readonly #ended = new AbortController();
  /** As the hub: the other windows. Otherwise: the hub. */
  readonly #connections = new Set<ProvenConnection>();
  readonly #waiting = new Map<string, (isAnswered: boolean) => void>();
  #hub: ProvenConnection | "self" | undefined;

  constructor(private readonly deps: WindowBusDeps) {
    super();
    this.register({
      dispose: () => {
        this.#ended.abort();
        for (const connection of [...this.#connections]) {
          connection.dispose();
        }
        this.#leave();
      },
    });
  }

  /** Joins the others; to be called once. Whatever fails is logged: a window works alone, too. */
  async start(): Promise<void> {
    const { clock, log, name } = this.deps;
    const address = instanceAddress(name);
    const { signal } = this.#ended;
    try {
      while (!signal.aborted) {
        const serving = await serveAsSingleInstance(
          address,
          clock,
          (socket) => void this.#welcome(socket),
        );
        if (serving) {
          this.register(serving);
          this.#joined("self");
          return;
        }
        await this.#followHub(address);
        await sleep(clock, reconnectMs, signal);
      }
    } catch (error) {
      log.warn(`The other windows are out of reach: ${messageOf(error)}`);
    }
  }

  /** Tells the others. True once it is on its way to all of them; nobody else may be there. */
  publish(topic: string, payload: unknown): Promise<boolean> {
    return this.#pass({ topic, payload });
  }

  /** Resolves once everything that others had published before has been received here. */
  sync(): Promise<boolean> {
    return this.#pass(undefined);
  }

  #pass(message: BusMessage | undefined): Promise<boolean> {
    const hub = this.#hub;
    if (hub === undefined) {
      return Promise.resolve(false);
    }
    if (hub === "self") {
      this.#broadcast(message, undefined);
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const id = randomUUID();
      const finish = (isAnswered: boolean) => {
        timer.dispose();
        this.#waiting.delete(id);
        resolve(isAnswered);
      };
      const timer = this.deps.clock.schedule(answerTimeoutMs, () =>
        finish(false),
      );
      this.#waiting.set(id, finish);
      hub.send({ id, ...message });
    });
  }

  async #welcome(socket: Socket): Promise<void> {
    socket.unref();
    const spoke = await this.#prove(socket, "server");
    spoke?.listen((message) => {
      const { id, topic, payload } = isRecord(message) ? message : {};
      if (typeof topic === "string") {
        this.#broadcast({ topic, payload }, spoke);
        this.#onDidReceive.fire({ topic, payload });
      }
      spoke.send({ answers: id });
    });
  }

  #broadcast(
    message: BusMessage | undefined,
    from: ProvenConnection | undefined,
  ): void {
    for (const spoke of message ? this.#connections : []) {
      if (spoke !== from) {
        spoke.send(message);
      }
    }
  }

  /** For as long as the hub is there. */
  async #followHub(address: string): Promise<void> {
    const socket = await reach(address);
    const hub = socket && (await this.#prove(socket, "client"));
    if (hub) {
      hub.listen((message) => this.#receive(message));
      this.#joined(hub);
      await hub.closed;
      this.#leave();
    }
  }

  async #prove(
    socket: Socket,
    role: "client" | "server",
  ): Promise<ProvenConnection | undefined> {
    const { key, clock, name } = this.deps;
    const proof = { key, purpose: `windows ${name}`, clock };
    const connection = await ProvenConnection.over(socket, role, proof);
    if (!connection || this.isDisposed) {
      connection?.dispose();
      return undefined;
    }
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    return connection;
  }

  #receive(message: unknown): void {
    const { answers, topic, payload } = isRecord(message) ? message : {};
    if (typeof answers === "string") {
      this.#waiting.get(answers)?.(true);
    } else if (typeof topic === "string") {
      this.#onDidReceive.fire({ topic, payload });
    }
  }

  #joined(hub: ProvenConnection | "self"): void {
    if (this.isDisposed) {
      return;
    }
    this.#hub = hub;
    this.#onDidJoin.fire();
  }

  #leave(): void {
    this.#hub = undefined;
    for (const finish of [...this.#waiting.values()]) {
      finish(false);
    }
  }
}

function reach(address: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.unref();
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}

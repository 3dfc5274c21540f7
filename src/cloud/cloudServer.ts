import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { type Clock, sleep } from "../base/clock";
import { messageOf } from "../base/errors";
import { Disposable, toDisposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { authRoutes } from "./auth/authRoutes";
import { DeviceCodes } from "./auth/deviceCodes";
import { defaultLifetimes, type Lifetimes } from "./auth/lifetimes";
import { Tokens } from "./auth/tokens";
import { batchRoute } from "./events/batchRoute";
import { Ingest } from "./events/ingest";
import { IngestSocket } from "./events/ingestSocket";
import { Faults } from "./faults";
import { Listener } from "./http/listener";
import { deviceRoutes } from "./pages/deviceRoutes";
import { FormTokens } from "./pages/formTokens";
import { publicRoutes } from "./pages/publicRoutes";
import { WrongCodes } from "./pages/wrongCodes";
import { openDatabase } from "./store/openDatabase";
import { SqliteStore } from "./store/sqliteStore";
import type { CloudStore } from "./store/store";

export interface CloudServerOptions {
  /** Made when missing; holds all that the server keeps. */
  readonly dataFolder: string;
  /** 0: any free port. */
  readonly port: number;
  readonly version: string;
  /** What "Sign in as" suggests, before the @. */
  readonly userName: string;
  readonly lifetimes?: Partial<Lifetimes>;
  /** Opens /__faults: for tests, never for users. */
  readonly faultsEnabled?: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

export type StartOutcome =
  | { readonly kind: "started"; readonly server: CloudServer }
  | {
      readonly kind: "port-in-use" | "data-unusable" | "cannot-listen";
      readonly message: string;
    };

/** How long open connections may take to end before they are cut; in milliseconds. */
const stopGraceMs = 300;

/**
 * Starts the embedded server: the reference implementation of
 * docs/server-contract.md, for one machine. It binds 127.0.0.1 and nothing
 * else, keeps everything in `dataFolder`, and calls nobody.
 */
export async function startCloudServer(
  options: CloudServerOptions,
): Promise<StartOutcome> {
  let store: CloudStore;
  try {
    store = new SqliteStore(
      await openDatabase(options.dataFolder, randomBytes),
    );
  } catch (error) {
    return { kind: "data-unusable", message: messageOf(error) };
  }
  const server = new CloudServer(options, store);
  const failure = await server.listen(options.port);
  if (failure) {
    server.dispose();
    const kind =
      "code" in failure && failure.code === "EADDRINUSE"
        ? "port-in-use"
        : "cannot-listen";
    return { kind, message: failure.message };
  }
  return { kind: "started", server };
}

/** A running server. `stop` ends it in order, `dispose` at once. */
export class CloudServer extends Disposable {
  readonly #http: Server;
  readonly #sockets: IngestSocket;
  readonly #clock: Clock;

  constructor(options: CloudServerOptions, store: CloudStore) {
    super();
    const { clock, logger } = options;
    const lifetimes = { ...defaultLifetimes, ...options.lifetimes };
    this.#clock = clock;
    this.register(store);
    const faults = new Faults();
    const tokens = new Tokens({ store, clock, lifetimes, randomBytes });
    const deviceCodes = new DeviceCodes({
      ...{ store, tokens, clock, lifetimes, randomBytes },
    });
    const ingest = new Ingest({ store, clock, logger });
    const listener = this.register(
      new Listener({
        routes: [
          ...publicRoutes({ version: options.version, randomBytes }),
          ...authRoutes({ deviceCodes, tokens, lifetimes }),
          ...deviceRoutes({
            deviceCodes,
            formTokens: new FormTokens({ clock, randomBytes }),
            wrongCodes: new WrongCodes(clock),
            randomBytes,
            suggestedEmail: suggestedEmail(options.userName),
          }),
          batchRoute({ tokens, ingest }),
          ...(options.faultsEnabled ? faults.routes() : []),
        ],
        ...{ faults, clock, logger },
      }),
    );
    this.#sockets = this.register(
      new IngestSocket({ tokens, ingest, faults, clock }),
    );
    this.#http = createServer(
      (incoming, response) => void listener.handle(incoming, response),
    );
    this.#http.on("upgrade", (incoming, socket, head) =>
      this.#sockets.upgrade(incoming, socket, head),
    );
    this.register(
      toDisposable(() => {
        this.#http.close();
        this.#http.closeAllConnections();
      }),
    );
  }

  /** Without a slash at its end. */
  get url(): string {
    const address = this.#http.address();
    const port =
      typeof address === "object" && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}`;
  }

  /** Resolves once it listens, or with the error that kept it from it. */
  listen(port: number): Promise<Error | undefined> {
    return new Promise((resolve) => {
      this.#http.once("error", resolve);
      this.#http.listen({ port, host: "127.0.0.1" }, () => {
        this.#http.off("error", resolve);
        resolve(undefined);
      });
    });
  }

  /** Tells the clients, lets requests under way end for a moment, then lets go of everything. */
  async stop(): Promise<void> {
    const graceEnded = new AbortController();
    const closed = new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
    });
    this.#sockets.closeAll();
    this.#http.closeIdleConnections();
    await Promise.race([
      closed,
      sleep(this.#clock, stopGraceMs, graceEnded.signal),
    ]);
    graceEnded.abort();
    this.dispose();
  }
}

/** The user's name on this machine as an address; what an address cannot hold is replaced. */
function suggestedEmail(userName: string): string {
  const name = userName
    .toLowerCase()
    .replaceAll(/[^\w.+-]+/g, "-")
    .replaceAll(/^[.-]+|[.-]+$/g, "");
  return `${name || "user"}@localhost`;
}

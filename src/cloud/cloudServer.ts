import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { type Clock, sleep } from "../base/clock";
import { Disposable, toDisposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { authRoutes } from "./auth/authRoutes";
import { AuthorizationCodes, type CodeGives } from "./auth/authorizationCodes";
import { DeviceCodes } from "./auth/deviceCodes";
import { defaultLifetimes, type Lifetimes } from "./auth/lifetimes";
import { Tokens } from "./auth/tokens";
import { batchRoute } from "./events/batchRoute";
import { Ingest } from "./events/ingest";
import { IngestSocket } from "./events/ingestSocket";
import { Faults } from "./faults";
import type { Route } from "./http/exchange";
import { Listener } from "./http/listener";
import { identityProof } from "./identity";
import { connectRoutes } from "./pages/connectRoutes";
import { deviceRoutes } from "./pages/deviceRoutes";
import { FormTokens } from "./pages/formTokens";
import { publicRoutes } from "./pages/publicRoutes";
import { WrongCodes } from "./pages/wrongCodes";
import { type DataFailure, DataFolder } from "./store/dataFolder";
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
  /** What signing in with the browser gives; tokens unless told. */
  readonly codeGives?: CodeGives;
  /** Opens /__faults: for tests, never for users. */
  readonly faultsEnabled?: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

export type StartOutcome =
  | { readonly kind: "started"; readonly server: CloudServer }
  | DataFailure
  | {
      readonly kind: "port-in-use" | "cannot-listen";
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
  const data = await DataFolder.open(options.dataFolder);
  if ("kind" in data) {
    return data;
  }
  const server = new CloudServer(options, data);
  const failure = await server.listen(options.port);
  if (failure) {
    server.dispose();
    const kind =
      "code" in failure && failure.code === "EADDRINUSE"
        ? "port-in-use"
        : "cannot-listen";
    return { kind, message: failure.message };
  }
  const unpublished = await data.publish(server.url);
  if (unpublished) {
    server.dispose();
    return unpublished;
  }
  return { kind: "started", server };
}

/** A running server. `stop` ends it in order, `dispose` at once. */
export class CloudServer extends Disposable {
  readonly #http: Server;
  readonly #sockets: IngestSocket;
  readonly #clock: Clock;

  constructor(options: CloudServerOptions, data: DataFolder) {
    super();
    this.register(data);
    const { store } = data;
    const { logger } = options;
    const faults = new Faults(options.clock);
    const { clock } = faults;
    this.#clock = clock;
    const lifetimes = { ...defaultLifetimes, ...options.lifetimes };
    const tokens = new Tokens({ store, clock, lifetimes, randomBytes });
    const ingest = new Ingest({ store, clock, logger });
    const listener = this.register(
      new Listener({
        routes: [
          ...publicRoutes({
            version: options.version,
            prove: (challenge) =>
              identityProof(data.identityKey, this.#port, challenge),
            randomBytes,
          }),
          ...signInRoutes({ options, store, tokens, faults, lifetimes }),
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
    return `http://127.0.0.1:${this.#port}`;
  }

  get #port(): number {
    const address = this.#http.address();
    return typeof address === "object" && address !== null ? address.port : 0;
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

interface SignInDeps {
  readonly options: CloudServerOptions;
  readonly store: CloudStore;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly lifetimes: Lifetimes;
}

/** The calls and pages of signing in, either way. */
function signInRoutes(deps: SignInDeps): Route[] {
  const { options, store, tokens, faults, lifetimes } = deps;
  const { clock } = faults;
  const shared = { store, tokens, clock, randomBytes };
  const deviceCodes = new DeviceCodes({ ...shared, lifetimes });
  const gives = options.codeGives ?? "tokens";
  const authorizationCodes = new AuthorizationCodes({ ...shared, gives });
  const pages = {
    formTokens: new FormTokens({ clock, randomBytes }),
    randomBytes,
    suggestedEmail: suggestedEmail(options.userName),
  };
  const codes = { deviceCodes, authorizationCodes };
  return [
    ...authRoutes({ ...codes, tokens, faults, lifetimes }),
    ...deviceRoutes({
      ...pages,
      deviceCodes,
      wrongCodes: new WrongCodes(clock),
    }),
    ...connectRoutes({ ...pages, authorizationCodes }),
  ];
}

/** The user's name on this machine as an address; what an address cannot hold is replaced. */
function suggestedEmail(userName: string): string {
  const name = userName
    .toLowerCase()
    .replaceAll(/[^\w.+-]+/g, "-")
    .replaceAll(/^[.-]+|[.-]+$/g, "");
  return `${name || "user"}@localhost`;
}

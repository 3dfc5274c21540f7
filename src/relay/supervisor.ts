import { randomUUID } from "node:crypto";
import { fullJitterMs } from "../base/backoff";
import type { Clock } from "../base/clock";
import { Emitter } from "../base/event";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { ManagedProcessOptions, ProcessEnd } from "../node/managedProcess";
import {
  type FromRelay,
  fromRelaySchema,
  initialRelayStatus,
  type RelayStatus,
  type ToRelay,
} from "../protocol/delivery";
import { validateJson } from "../protocol/validate";
import type { Credential } from "./link";
import type { SyncResult } from "./relayLoop";

/** The part of a ManagedProcess that is needed. */
export interface RelayChild extends DisposableLike {
  readonly ended: Promise<ProcessEnd>;
  writeLine(line: string): boolean;
  stop(clock: Clock, graceMs: number): Promise<ProcessEnd>;
}

export interface RelaySupervisorDeps {
  /** How the relay is started: a Node, `[dist/relay.js]`, and an environment without any token. */
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  clock: Clock;
  /** [0, 1). */
  random: () => number;
  log: Logger;
  startProcess(options: ManagedProcessOptions): RelayChild;
}

/** Of the promise: five failures within a minute are enough. */
const maxFailures = 5;
const failurePeriodMs = 60_000;
const backoff = { baseMs: 500, maxMs: 8_000 };

/** The relay drains for 2 s; then it is asked with a signal. */
const stopGraceMs = 2_500;
const syncTimeoutMs = 60_000;

const stoppedProblem = "The relay is stopped. What agents do is still queued.";
const gaveUpProblem =
  "The relay ended five times within a minute and is not started again. What agents do is still queued.";

/**
 * Owns the relay's process for one window: starts it, gives it the credential,
 * starts it again when it dies, and says so when that does not help. Without a
 * token in an argument, in the environment or in a file.
 */
export class RelaySupervisor extends Disposable {
  readonly #statusChange = this.register(new Emitter<RelayStatus>());
  readonly onDidChangeStatus = this.#statusChange.event;
  readonly #rejection = this.register(new Emitter<void>());
  /** The server did not take the access token: `setCredential` with a fresh one. */
  readonly onCredentialRejected = this.#rejection.event;

  #status: RelayStatus = initialRelayStatus;
  #child: RelayChild | undefined;
  #credential: Credential | undefined;
  #failures: number[] = [];
  #restart: DisposableLike | undefined;
  readonly #syncs = new Map<string, (result: SyncResult) => void>();

  constructor(private readonly deps: RelaySupervisorDeps) {
    super();
    this.register({ dispose: () => this.#letGo() });
  }

  get status(): RelayStatus {
    return this.#status;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Starts the relay; also after it was given up. Harmless while it runs. */
  start(): void {
    if (this.#child || this.isDisposed) {
      return;
    }
    this.#restart?.dispose();
    this.#failures = [];
    this.#spawn();
  }

  /** What the relay sends with, now and after every restart; undefined when nobody is signed in. */
  setCredential(credential: Credential | undefined): void {
    this.#credential = credential;
    if (this.#child) {
      this.#sendCredential(this.#child);
    }
  }

  /** Sends what waits now. Never rejects. */
  syncNow(): Promise<SyncResult> {
    const child = this.#child;
    if (!child) {
      return Promise.resolve({ sent: 0, problem: "The relay is not running." });
    }
    return new Promise((resolve) => {
      const requestId = randomUUID();
      const finish = (result: SyncResult) => {
        timer.dispose();
        this.#syncs.delete(requestId);
        resolve(result);
      };
      const timer = this.deps.clock.schedule(syncTimeoutMs, () =>
        finish({ sent: 0, problem: "The relay did not answer within 60 s." }),
      );
      this.#syncs.set(requestId, finish);
      send(child, { type: "syncNow", requestId });
    });
  }

  /** Lets the relay drain, ends it and resolves when it is gone. */
  async stop(): Promise<void> {
    this.#restart?.dispose();
    const child = this.#child;
    this.#child = undefined;
    this.#failSyncs();
    this.#setOffline(stoppedProblem);
    await child?.stop(this.deps.clock, stopGraceMs);
  }

  #spawn(): void {
    if (this.#child || this.isDisposed) {
      return;
    }
    const { command, args, env, log } = this.deps;
    const child = this.deps.startProcess({
      command,
      args,
      env,
      onLine: (line) => this.#read(child, line),
      onStderr: (text) => log.warn(`relay: ${text.trimEnd()}`),
    });
    this.#child = child;
    this.#sendCredential(child);
    void child.ended.then((end) => this.#ended(child, end));
  }

  #sendCredential(child: RelayChild): void {
    send(
      child,
      this.#credential
        ? { type: "credential", ...this.#credential }
        : { type: "signedOut" },
    );
  }

  #read(child: RelayChild, line: string): void {
    const message = validateJson(fromRelaySchema, line);
    if (!message) {
      this.deps.log.warn("A line from the relay was not understood");
    } else if (child === this.#child) {
      this.#receive(message);
    }
  }

  #receive(message: FromRelay): void {
    switch (message.type) {
      case "status":
        this.#setStatus(message.status);
        break;
      case "credentialRejected":
        this.#rejection.fire();
        break;
      case "synced": {
        const { requestId, sent, problem } = message;
        this.#syncs.get(requestId)?.({ sent, problem });
        break;
      }
      case "log":
        this.deps.log[message.level](`relay: ${message.message}`);
        break;
    }
  }

  #ended(child: RelayChild, end: ProcessEnd): void {
    child.dispose();
    if (child !== this.#child || this.isDisposed) {
      return;
    }
    this.#child = undefined;
    this.#failSyncs();
    const how = end.error?.message ?? `${end.code ?? end.signal ?? "unknown"}`;
    this.deps.log.warn(`The relay ended (${how})`);
    const { clock, random } = this.deps;
    const now = clock.now();
    this.#failures = this.#failures.filter((at) => now - at < failurePeriodMs);
    this.#failures.push(now);
    if (this.#failures.length >= maxFailures) {
      this.#setOffline(gaveUpProblem);
      return;
    }
    const waitMs = fullJitterMs(this.#failures.length - 1, backoff, random);
    this.#restart = clock.schedule(waitMs, () => this.#spawn());
    this.#setOffline("The relay ended and is being started again.");
  }

  #setOffline(problem: string): void {
    this.#setStatus({ ...this.#status, connection: "offline", problem });
  }

  #setStatus(status: RelayStatus): void {
    this.#status = status;
    this.#statusChange.fire(status);
  }

  #failSyncs(): void {
    for (const finish of [...this.#syncs.values()]) {
      finish({ sent: 0, problem: "The relay has ended." });
    }
  }

  #letGo(): void {
    this.#restart?.dispose();
    this.#child?.dispose();
    this.#failSyncs();
  }
}

function send(child: RelayChild, message: ToRelay): void {
  child.writeLine(JSON.stringify(message));
}

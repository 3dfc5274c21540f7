import type { AccessCredential, Account } from "../auth/account";
import { localServer } from "../auth/serverUrl";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { Emitter } from "../base/event";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { RelayStatus } from "../protocol/delivery";
import type { QueuePaths } from "../queue/queueFolder";
import {
  clearSignedInMarker,
  setSignedInMarker,
} from "../queue/signedInMarker";
import type { RelaySupervisor } from "../relay/supervisor";
import { type QueueCounts, QueueGauge } from "./queueGauge";
import type { OwnerFacts, QueueOwner } from "./queueOwner";

/** After the local server could not be started: its window may be on its way out. */
const retryMs = 10_000;

const heldProblem =
  "Events wait here that were recorded for another account. Say what is to become of them: Failproof: Show Relay Status.";

export interface DeliveryDeps {
  account: Account;
  supervisor: RelaySupervisor;
  owner: QueueOwner;
  paths: QueuePaths;
  /** The address behind a server's name; `local` is started if need be. */
  resolveServer(server: string): Promise<string>;
  clock: Clock;
  log: Logger;
}

/** Keeps the queue and the relay in step with the account. */
export class DeliveryHost extends Disposable {
  readonly #onDidChangeStatus = this.register(new Emitter<RelayStatus>());
  readonly onDidChangeStatus = this.#onDidChangeStatus.event;
  #retry: DisposableLike | undefined;
  /** What waits, while no relay tells it. */
  #gauge: QueueGauge | undefined;
  #counts: QueueCounts | undefined;
  /** Whose account may not have what waits, before the user has said so. */
  #held: { account: OwnerFacts; count: number } | undefined;

  constructor(private readonly deps: DeliveryDeps) {
    super();
    const { account, supervisor } = deps;
    this.register(account.onDidChange(() => void this.#follow()));
    this.register(
      supervisor.onCredentialRejected(
        ({ accessToken }) => void account.refresh(accessToken),
      ),
    );
    let wasOffline = false;
    this.register(
      supervisor.onDidChangeStatus(({ connection }) => {
        const hasGone = connection === "offline" && !wasOffline;
        wasOffline = connection === "offline";
        if (hasGone) {
          // The window that ran the local server may have been closed.
          void this.#hand();
        }
        this.#gaugeIfAlone();
        this.#tell();
      }),
    );
    this.register({
      dispose: () => {
        this.#retry?.dispose();
        this.#gauge?.dispose();
      },
    });
  }

  get status(): RelayStatus {
    const status = { ...this.deps.supervisor.status, ...this.#counts };
    return this.#held
      ? { ...status, connection: "offline", problem: heldProblem }
      : status;
  }

  /** The events of another account that wait for the user's word. */
  get held() {
    return this.#held;
  }

  syncNow() {
    return this.#held
      ? Promise.resolve({ sent: 0, problem: heldProblem })
      : this.deps.supervisor.syncNow();
  }

  startRelay(): void {
    this.deps.supervisor.startForAll();
  }

  stopRelay(): Promise<void> {
    return this.deps.supervisor.stopForAll();
  }

  /** Asks what is to become of the events that are another account's. */
  async settleHeld(): Promise<void> {
    if (this.#held) {
      const { account, count } = this.#held;
      if (await this.deps.owner.settle(count, account, {})) {
        this.deps.owner.handOver(account);
      }
      await this.#follow();
    }
  }

  /** Lets go of the relay, which drains if this was its last window. */
  async stop(): Promise<void> {
    // First of all deaf: the relay's end is no reason to start it again.
    this.dispose();
    await this.deps.supervisor.stop();
  }

  /** The account has changed. */
  async #follow(): Promise<void> {
    const { account, supervisor, owner, paths, log } = this.deps;
    if (this.isDisposed) {
      return;
    }
    const { state } = account;
    try {
      if (state.kind === "signedOut") {
        this.#hold(undefined);
        clearSignedInMarker(paths);
        supervisor.setCredential(undefined);
        await supervisor.stop();
        return;
      }
      const count = await owner.strangers(owner.of(state));
      if (JSON.stringify(account.state) !== JSON.stringify(state)) {
        // Somebody has signed out, or in, while the queue was looked at: that is followed by itself.
        return;
      }
      if (count > 0) {
        supervisor.setCredential(undefined);
        this.#hold({ account: state, count });
        return;
      }
      this.#hold(undefined);
      setSignedInMarker(paths, owner.of(state));
    } catch (error) {
      log.error(`The queue's marker was not changed: ${messageOf(error)}`);
    }
    supervisor.start();
    await this.#hand();
  }

  #hold(held: { account: OwnerFacts; count: number } | undefined): void {
    const isNews = held !== undefined && this.#held === undefined;
    this.#held = held;
    this.#tell();
    if (isNews) {
      void this.settleHeld();
    }
  }

  /** What agents do goes on waiting when the relay was stopped, or is being started. */
  #gaugeIfAlone(): void {
    const { account, supervisor } = this.deps;
    const isAlone =
      supervisor.status.connection === "stopped" || !supervisor.isRunning;
    if (!isAlone || account.state.kind === "signedOut" || this.isDisposed) {
      this.#gauge?.dispose();
      this.#gauge = undefined;
      this.#counts = undefined;
    } else {
      this.#gauge ??= new QueueGauge(this.deps, (counts) => {
        this.#counts = counts;
        this.#tell();
      });
    }
  }

  #tell(): void {
    if (!this.isDisposed) {
      this.#onDidChangeStatus.fire(this.status);
    }
  }

  /** Hands the relay its credential, with the address that the server has now. */
  async #hand(): Promise<void> {
    const { account, supervisor, clock, log } = this.deps;
    this.#retry?.dispose();
    if (this.isDisposed || this.#held) {
      return;
    }
    const credential = await account.accessToken();
    if (!credential) {
      return;
    }
    try {
      const serverUrl =
        credential.serverUrl === localServer
          ? await this.deps.resolveServer(credential.serverUrl)
          : credential.serverUrl;
      if (this.#isCurrent(credential)) {
        supervisor.setCredential({ ...credential, serverUrl });
      }
    } catch (error) {
      log.error(`The local server was not reached: ${messageOf(error)}`);
      this.#retry = clock.schedule(retryMs, () => void this.#hand());
    }
  }

  /** While the server was looked for, the account may have changed. */
  #isCurrent({ accessToken }: AccessCredential): boolean {
    const now = this.deps.account.accessCredential;
    return !this.isDisposed && now?.accessToken === accessToken;
  }
}

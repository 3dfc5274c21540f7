import type { AccessCredential, Account } from "../auth/account";
import { localServer } from "../auth/serverUrl";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { captureFacts, captureHookPayload } from "../hook/capture";
import type { ClosedAsk } from "../permission/broker";
import type { QueuePaths } from "../queue/queueFolder";
import {
  clearSignedInMarker,
  setSignedInMarker,
} from "../queue/signedInMarker";
import type { RelaySupervisor } from "../relay/supervisor";
import type { Session } from "../session/session";

/** After the local server could not be started: its window may be on its way out. */
const retryMs = 10_000;

export interface DeliveryDeps {
  account: Account;
  supervisor: RelaySupervisor;
  paths: QueuePaths;
  /** The address behind a server's name; `local` is started if need be. */
  resolveServer(server: string): Promise<string>;
  clock: Clock;
  log: Logger;
}

/** Keeps the queue and the relay in step with the account, and puts the chat's events into the queue. */
export class DeliveryHost extends Disposable {
  #retry: DisposableLike | undefined;

  constructor(private readonly deps: DeliveryDeps) {
    super();
    const { account, supervisor } = deps;
    this.register(account.onDidChange(() => void this.#follow()));
    this.register(
      supervisor.onCredentialRejected(() => void account.refresh()),
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
      }),
    );
    this.register({ dispose: () => this.#retry?.dispose() });
  }

  get status() {
    return this.deps.supervisor.status;
  }

  get onDidChangeStatus() {
    return this.deps.supervisor.onDidChangeStatus;
  }

  syncNow() {
    return this.deps.supervisor.syncNow();
  }

  /** Lets the relay drain, and ends it. */
  async stop(): Promise<void> {
    // First of all deaf: the relay's end is no reason to start it again.
    this.dispose();
    await this.deps.supervisor.stop();
  }

  /** What a hook of a chat's CLI reported. The agent has its answer already. */
  record(payload: unknown): void {
    const outcome = captureHookPayload(this.deps, payload, undefined, "chat");
    if (outcome.kind === "failed") {
      this.deps.log.warn(`An event was not queued: ${outcome.reason}`);
    }
  }

  /** An answer of the user's is an event too. */
  recordDecision(
    closed: ClosedAsk,
    session: Pick<Session, "cliSessionId" | "conversation"> | undefined,
  ): void {
    if (closed.outcome === "void") {
      return;
    }
    const outcome = captureFacts(this.deps, {
      hookEventName: "PermissionDecision",
      toolName: closed.ask.toolName,
      decision: closed.outcome,
      reason: `Answered by the user in the ${closed.by ?? "chat"}.`,
      durationMs: closed.waitedMs,
      sessionId: session?.cliSessionId,
      cwd: session?.conversation.folder,
      source: "chat",
    });
    if (outcome.kind === "failed") {
      this.deps.log.warn(`A decision was not queued: ${outcome.reason}`);
    }
  }

  /** The account has changed. */
  async #follow(): Promise<void> {
    const { account, supervisor, paths, log } = this.deps;
    if (this.isDisposed) {
      return;
    }
    try {
      if (account.state.kind === "signedOut") {
        clearSignedInMarker(paths);
        supervisor.setCredential(undefined);
        await supervisor.stop();
        return;
      }
      setSignedInMarker(paths);
    } catch (error) {
      log.error(`The queue's marker was not changed: ${messageOf(error)}`);
    }
    supervisor.start();
    await this.#hand();
  }

  /** Hands the relay its credential, with the address that the server has now. */
  async #hand(): Promise<void> {
    const { account, supervisor, clock, log } = this.deps;
    this.#retry?.dispose();
    if (this.isDisposed || account.state.kind === "signedOut") {
      return;
    }
    const credential = account.accessCredential;
    if (!credential) {
      await account.refresh();
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

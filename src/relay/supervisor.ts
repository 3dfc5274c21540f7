import { type Clock, sleep } from "../base/clock";
import { messageOf } from "../base/errors";
import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import {
  type FromRelay,
  initialRelayStatus,
  type RelayEnding,
  relayProtocol,
  type RelayStatus,
} from "../protocol/delivery";
import type { Attachment } from "./attach";
import { Replacement } from "./build";
import type { Identity } from "./handshake";
import { Failures } from "./failures";
import type { Credential } from "./link";
import { PendingSyncs } from "./pendingSyncs";
import { type FindOptions, type FindOutcome, letGoOf } from "./relayFinder";
import { problems } from "./problems";
import type { SyncResult } from "./relayLoop";

export interface RelaySupervisorDeps {
  /** See relayFinder.ts. */
  finder: { find(options: FindOptions): Promise<FindOutcome> };
  /** The extension's version. */
  build: string;
  clock: Clock;
  /** [0, 1). */
  random: () => number;
  log: Logger;
}

/**
 * off: not wanted. on: attached, or about to be. stopped: by the user, in some
 * window. gaveUp: it failed too often. In the last two a relay that another
 * window starts is attached to.
 */
type Mode = "off" | "on" | "stopped" | "gaveUp";

/** How soon a window that starts no relay notices one that another has started. */
const lookMs = 1_000;
/** While a newer build's relay takes the place of an older one's, nobody else starts one. */
const handOverMs = 5_000;
const handOverLookMs = 100;
/** When somebody else has the relay's place, or one too new: it will not change soon. */
const slowMs = 10_000;
/** The relay drains for 2 s; VS Code waits for 5 s. */
const detachMs = 3_500;

/**
 * One window's hold on the user's relay: attaches to it, starts it when there
 * is none, gives it this window's credential, and comes back when it is lost.
 * It owns no process: the relay lives while any window is attached.
 */
export class RelaySupervisor extends Disposable {
  readonly #statusChange = this.register(new Emitter<RelayStatus>());
  readonly onDidChangeStatus = this.#statusChange.event;
  readonly #rejection = this.register(new Emitter<Credential>());
  /** The server did not take the access token that was set last: `setCredential` with a fresh one. */
  readonly onCredentialRejected = this.#rejection.event;

  #status: RelayStatus = initialRelayStatus;
  #mode: Mode = "off";
  /** Stop is the user's word, and no relay has heard it yet. */
  #isStopDue = false;
  #attachment: Attachment | undefined;
  /** The relay at hand was told to end, or has said that it does. */
  #isEnding = false;
  #credential: Credential | undefined;
  readonly #failures: Failures;
  /** Until then only attach. */
  #startNotBefore = 0;
  readonly #replacement: Replacement;
  #cycle = new AbortController();
  #abandon = new AbortController();
  #looping = Promise.resolve();
  #pause = new AbortController();
  readonly #syncs: PendingSyncs;

  constructor(private readonly deps: RelaySupervisorDeps) {
    super();
    this.#failures = new Failures(deps);
    this.#replacement = new Replacement(deps);
    this.#syncs = new PendingSyncs(deps.clock);
    this.register({ dispose: () => this.#letGo() });
  }

  get status(): RelayStatus {
    return this.#status;
  }

  /** Whether this window is attached to a relay that it can speak with. */
  get isRunning(): boolean {
    return this.#attachment !== undefined;
  }

  /**
   * Attaches to the relay, and starts it when there is none; also after it was
   * given up. Harmless while it runs. A user's Stop holds.
   */
  start(): void {
    if (this.#mode !== "stopped") {
      this.#turnOn();
    }
  }

  /** The user's Start Relay: the same, and it ends a Stop, in all windows. */
  startForAll(): void {
    this.#isStopDue = false;
    this.#turnOn();
  }

  /**
   * The user's Stop Relay: nothing is delivered for this user, whatever the
   * window, until one says `startForAll` or a new window starts. Resolves when
   * the relay has drained and is gone.
   */
  async stopForAll(): Promise<void> {
    const attachment = this.#attachment;
    this.#isStopDue = true;
    this.#enter("stopped");
    this.#sendStop();
    await this.#within(attachment?.ended);
  }

  /** What the relay sends with, now and after every restart; undefined when nobody is signed in. */
  setCredential(credential: Credential | undefined): void {
    this.#credential = credential;
    this.#sendCredential();
  }

  /** Sends what waits now. Never rejects. */
  syncNow(): Promise<SyncResult> {
    const attachment = this.#attachment;
    if (!attachment) {
      return Promise.resolve({ sent: 0, problem: "The relay is not running." });
    }
    return this.#syncs.ask((requestId) =>
      attachment.send({ type: "syncNow", requestId }),
    );
  }

  /**
   * This window lets go of the relay, which goes on for the others. Resolves
   * once it has; if this was the last window, once the relay has drained and
   * is gone.
   */
  async stop(): Promise<void> {
    const attachment = this.#attachment;
    const abandon = this.#abandon;
    this.#attachment = undefined;
    this.#mode = "off";
    this.#isStopDue = false;
    this.#cycle.abort();
    this.#syncs.fail();
    this.#setConnection("stopped", problems.stopped);
    attachment?.send({ type: "detach" });
    await this.#within(this.#looping);
    abandon.abort();
    attachment?.dispose();
  }

  #turnOn(): void {
    if (this.isDisposed || this.#mode === "on") {
      return;
    }
    this.#failures.clear();
    this.#startNotBefore = 0;
    const wasOff = this.#mode === "off";
    this.#mode = "on";
    this.#pause.abort();
    if (wasOff) {
      this.#begin();
    }
  }

  #begin(): void {
    this.#cycle = new AbortController();
    this.#abandon = new AbortController();
    this.#looping = this.#keepAttached(
      this.#cycle.signal,
      this.#abandon.signal,
    );
  }

  /** `abandon` ends at once what `over` lets come to its end. */
  async #keepAttached(over: AbortSignal, abandon: AbortSignal): Promise<void> {
    const { clock, finder } = this.deps;
    const isOver = () => over.aborted;
    while (!isOver()) {
      this.#isEnding = false;
      const found = await finder.find({
        mayStart: () =>
          !isOver() &&
          this.#mode === "on" &&
          clock.now() >= this.#startNotBefore,
        signal: abandon,
        onMessage: (message) => this.#receive(message, over),
      });
      if (isOver()) {
        await letGoOf(found, abandon);
        return;
      }
      const pause = new AbortController();
      this.#pause = pause;
      const waitMs = await this.#conclude(found, over);
      await sleep(clock, waitMs, AbortSignal.any([pause.signal, over]));
    }
  }

  /** Gives how long to wait before the next look; in milliseconds. */
  async #conclude(found: FindOutcome, over: AbortSignal): Promise<number> {
    switch (found.kind) {
      case "attached":
        return this.#hold(found.attachment, found.relay, over);
      case "none":
        // There is nothing to be stopped.
        this.#isStopDue = false;
        return this.#mode === "on" ? handOverLookMs : lookMs;
      case "stranger":
        this.#setConnection("offline", problems.stranger);
        return slowMs;
      case "failed":
        this.deps.log.warn(`The relay was not started: ${found.how}`);
        return this.#fail();
    }
  }

  /** Until the connection ends. */
  async #hold(
    attachment: Attachment,
    relay: Identity,
    over: AbortSignal,
  ): Promise<number> {
    const asksForIt = this.#replacement.isDue(relay.build);
    if (relay.protocol === relayProtocol) {
      this.#adopt(attachment);
    } else {
      this.#setConnection(
        "offline",
        asksForIt ? problems.tooOld : problems.tooNew,
      );
      over.addEventListener("abort", () => attachment.dispose());
    }
    if (asksForIt) {
      attachment.send({ type: "handOver" });
    } else if (!this.#attachment) {
      attachment.dispose();
      return slowMs;
    }
    const how = await attachment.ended;
    if (over.aborted) {
      return 0;
    }
    this.#attachment = undefined;
    this.#syncs.fail();
    return this.#lost(how, asksForIt);
  }

  #adopt(attachment: Attachment): void {
    this.#attachment = attachment;
    this.#sendStop();
    this.#sendCredential();
  }

  #sendStop(): void {
    if (this.#attachment && this.#isStopDue) {
      this.#isStopDue = false;
      this.#isEnding = true;
      this.#attachment.send({ type: "stop" });
    }
  }

  #lost(how: RelayEnding | undefined, hasAskedForIt: boolean): number {
    if (how === undefined) {
      this.deps.log.warn("The relay ended");
      return this.#fail();
    }
    if (how === "handOver" && !hasAskedForIt) {
      this.#startNotBefore = this.deps.clock.now() + handOverMs;
    }
    return this.#mode === "on" ? 0 : lookMs;
  }

  #fail(): number {
    if (this.#mode !== "on") {
      return lookMs;
    }
    const waitMs = this.#failures.add();
    if (waitMs === undefined) {
      this.#enter("gaveUp");
      return lookMs;
    }
    this.#setConnection("offline", problems.restarting);
    return waitMs;
  }

  #enter(mode: "stopped" | "gaveUp"): void {
    const wasOff = this.#mode === "off";
    this.#mode = mode;
    this.#setConnection(
      mode === "stopped" ? "stopped" : "offline",
      problems[mode],
    );
    if (wasOff && !this.isDisposed) {
      this.#begin();
    }
  }

  #sendCredential(): void {
    this.#attachment?.send(
      this.#credential
        ? { type: "credential", ...this.#credential }
        : { type: "signedOut" },
    );
  }

  #receive(message: FromRelay | undefined, over: AbortSignal): void {
    if (over.aborted) {
      return;
    }
    switch (message?.type) {
      case undefined:
        this.deps.log.warn("A line from the relay was not understood");
        break;
      case "status":
        this.#takeStatus(message.status);
        break;
      case "credentialRejected":
        if (this.#credential) {
          const refused = this.#credential;
          this.#safely(() => this.#rejection.fire(refused));
        }
        break;
      case "synced": {
        const { requestId, sent, problem } = message;
        this.#syncs.answer(requestId, { sent, problem });
        break;
      }
      case "log":
        this.deps.log[message.level](`relay: ${message.message}`);
        break;
      case "ending":
        this.#isEnding = true;
        if (message.reason === "stopped") {
          this.#enter("stopped");
        }
        break;
    }
  }

  #takeStatus(status: RelayStatus): void {
    if (this.#mode !== "on") {
      if (this.#isEnding) {
        return;
      }
      // Another window has started it.
      this.#mode = "on";
    }
    this.#setStatus(status);
  }

  /** Not longer than VS Code waits, whatever the relay does. */
  async #within(end: Promise<unknown> | undefined): Promise<void> {
    const ended = new AbortController();
    await Promise.race([
      Promise.resolve(end).finally(() => ended.abort()),
      sleep(this.deps.clock, detachMs, ended.signal),
    ]);
  }

  #setConnection(connection: RelayStatus["connection"], problem: string): void {
    this.#setStatus({ ...this.#status, connection, problem });
  }

  #setStatus(status: RelayStatus): void {
    this.#status = status;
    this.#safely(() => this.#statusChange.fire(status));
  }

  /** A listener that throws must not cost this window its relay. */
  #safely(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.deps.log.error(`A listener failed: ${messageOf(error)}`);
    }
  }

  #letGo(): void {
    this.#mode = "off";
    this.#cycle.abort();
    this.#abandon.abort();
    this.#attachment?.dispose();
    this.#attachment = undefined;
    this.#syncs.fail();
  }
}

import { fullJitterMs } from "../base/backoff";
import { type Clock, sleep } from "../base/clock";
import { messageOf } from "../base/errors";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { RelayStatus } from "../protocol/delivery";
import type { EventRecord } from "../protocol/eventRecord";
import {
  deliverBatch,
  type DeliveryOutcome,
  type RefusedEvents,
} from "./deliverBatch";
import type { Credential, Link, LinkFactory } from "./link";
import { RefusalGuard } from "./refusalGuard";
import type { EventTransport } from "./transport";
import { Wakeup } from "./wakeup";

/** The part of the queue that the loop needs; see queue/queueReader.ts. */
interface DeliveryQueue {
  peek(): Promise<readonly EventRecord[] | undefined>;
  settle(): void;
  newest(): Promise<EventRecord | undefined>;
}

/** What the loop tells of. */
export interface LoopReport {
  connection(state: RelayStatus["connection"], problem?: string): void;
  /** A batch is with the server or put aside, as of `at` (ms since 1970); `accepted` are with it. */
  settled(at: number, accepted: number): void;
  credentialRejected(): void;
}

export interface RelayLoopDeps {
  clock: Clock;
  /** [0, 1). */
  random: () => number;
  queue: DeliveryQueue;
  refused: RefusedEvents;
  createLink: LinkFactory;
  report: LoopReport;
}

export interface SyncResult {
  /** How many events the server took. */
  sent: number;
  /** A sentence when something is left over. */
  problem: string | null;
}

const backoff = { baseMs: 1_000, maxMs: 60_000 };
const tokenProblem =
  "The server did not accept the access token; a fresh one is being asked for.";

/**
 * Takes batches from the queue, in order, and settles each once the server has
 * it. One loop, so that nothing is ever under way twice; all that happens to
 * it (a new token, a sync, the end) is a wake-up, after which it looks again.
 */
export class RelayLoop extends Disposable {
  readonly #wakeup = new Wakeup();
  readonly #ended = new AbortController();
  #running: Promise<void> | undefined;
  #serverUrl: string | undefined;
  #link: Link | undefined;
  /** Whether the server was heard from over this link, and the connection is not known to have ended. */
  #hasContact = false;
  /** Replaced links, of which one may still have a batch under way. */
  #retired: Link[] = [];
  #syncs: ((result: SyncResult) => void)[] = [];
  #isStopping = false;
  /** Tokens that were refused, one after the other. */
  #refusals = 0;
  #failedSteps = 0;
  #asking: DisposableLike | undefined;
  readonly #guard: RefusalGuard;
  #probing: DisposableLike | undefined;

  constructor(private readonly deps: RelayLoopDeps) {
    super();
    this.#guard = new RefusalGuard(deps);
    this.register({ dispose: () => this.#end() });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** A token for a server, or undefined: nothing is sent then. */
  setCredential(credential: Credential | undefined): void {
    this.#asking?.dispose();
    const previous = this.#link;
    this.#link = undefined;
    if (!credential) {
      // Nobody is signed in any more: what is under way ends as well.
      previous?.live.close();
      this.#serverUrl = undefined;
      this.deps.report.connection("signedOut");
    } else {
      if (previous) {
        previous.live.interrupt();
        this.#retired.push(previous);
      }
      this.#openLink(credential, previous !== undefined);
    }
    this.#wakeup.wake();
  }

  /** There may be something to send. */
  queueChanged(): void {
    this.#wakeup.wake();
  }

  /** Sends what waits now, over REST, without waiting for a back-off. */
  sync(): Promise<SyncResult> {
    return new Promise((resolve) => {
      this.#syncs.push(resolve);
      this.#link?.live.interrupt();
      this.#wakeup.wake();
    });
  }

  /** Sends what waits if it can be done within `graceMs`, then ends. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#link?.live.interrupt();
    this.#wakeup.wake();
    await Promise.race([
      this.#running,
      sleep(this.deps.clock, graceMs, this.#ended.signal),
    ]);
    this.dispose();
    await this.#running;
  }

  #end(): void {
    this.#ended.abort();
    this.#asking?.dispose();
    this.#probing?.dispose();
    for (const link of [...this.#retired.splice(0), this.#link]) {
      link?.live.close();
    }
    for (const resolve of this.#syncs.splice(0)) {
      resolve({ sent: 0, problem: "The relay has ended." });
    }
    this.#wakeup.wake();
  }

  #openLink(credential: Credential, isRenewal: boolean): void {
    const { report } = this.deps;
    // A fresh token for the server that is being talked to is no news.
    if (!isRenewal || credential.serverUrl !== this.#serverUrl) {
      report.connection("connecting");
    }
    if (credential.serverUrl !== this.#serverUrl) {
      this.#guard.reset();
    }
    this.#serverUrl = credential.serverUrl;
    this.#hasContact = false;
    const outcome = this.deps.createLink(credential, {
      onFailure: ({ reason }) => report.connection("offline", reason),
      onClosed: () => {
        this.#hasContact = false;
        this.#wakeup.wake();
      },
    });
    if (outcome.ok) {
      this.#link = outcome.link;
    } else {
      report.connection("offline", outcome.problem);
    }
  }

  async #run(): Promise<void> {
    while (!this.isDisposed) {
      for (const link of this.#retired.splice(0)) {
        link.live.close();
      }
      const isMore = await this.#safely(async () => {
        const resolve = this.#syncs.shift();
        if (resolve) {
          resolve(await this.#sync());
          return true;
        }
        return this.#step();
      });
      if (isMore) {
        continue;
      }
      if (this.#isStopping) {
        return;
      }
      await this.#wakeup.wait();
    }
  }

  /** The disk may be full or the folder out of reach: later it may not be. */
  async #safely(step: () => Promise<boolean>): Promise<boolean> {
    try {
      const isMore = await step();
      this.#failedSteps = 0;
      return isMore;
    } catch (error) {
      const { report, clock, random } = this.deps;
      report.connection("offline", `The queue failed: ${messageOf(error)}`);
      const waitMs = fullJitterMs(this.#failedSteps, backoff, random);
      this.#failedSteps += 1;
      await sleep(clock, waitMs, this.#ended.signal);
      return !this.#isStopping;
    }
  }

  /** One batch, or the first contact. False when there is nothing to do. */
  async #step(): Promise<boolean> {
    const link = this.#link;
    if (!link) {
      return false;
    }
    const events = await this.deps.queue.peek();
    if (!events && this.#guard.problem !== undefined) {
      // What it was about was deleted.
      this.#guard.reset();
    }
    if (!events && (this.#hasContact || this.#isStopping)) {
      return false;
    }
    if (events && this.#guard.problem !== undefined) {
      const { waitMs } = this.#guard;
      if (this.#isStopping || waitMs > 0) {
        this.#wakeIn(waitMs);
        return false;
      }
      await this.#probe(link, events, link.live);
      return true;
    }
    const outcome = await this.#deliver(events ?? [], link.live);
    this.#conclude(link, outcome, events !== undefined);
    return !(this.#isStopping && outcome.kind !== "delivered");
  }

  #deliver(events: readonly EventRecord[], transport: EventTransport) {
    return deliverBatch(events, {
      transport,
      refused: this.deps.refused,
      isDoubtful: (refusals) => this.#guard.isDoubtful(refusals),
    });
  }

  /**
   * Tries one event of a server that is in doubt. Not always of the batch: all
   * of it may be bad, and what came since may not be. Taken out of its turn,
   * an event comes again in its turn, and is dropped there by its id.
   */
  async #probe(
    link: Link,
    events: readonly EventRecord[],
    transport: EventTransport,
  ): Promise<void> {
    const { queue, random, report } = this.deps;
    const any = events[Math.floor(random() * events.length)];
    const isForNewest = this.#guard.probes % 2 === 0;
    const event = (isForNewest ? await queue.newest() : undefined) ?? any;
    const outcome = await transport.send(event ? [event] : []);
    if (outcome.kind === "sent" && outcome.rejected.length === 0) {
      this.#guard.probeTaken();
      report.connection("online");
    } else if (outcome.kind === "sent" || outcome.kind === "rejected") {
      const refusal = outcome.kind === "sent" ? outcome.rejected[0] : outcome;
      this.#guard.probeRefused(refusal?.reason ?? "");
      report.connection("offline", this.#guard.problem);
    } else {
      this.#conclude(link, outcome, true);
    }
  }

  #wakeIn(waitMs: number): void {
    this.#probing?.dispose();
    this.#probing = this.deps.clock.schedule(waitMs, () => this.#wakeup.wake());
  }

  async #sync(): Promise<SyncResult> {
    const link = this.#link;
    if (!link) {
      const problem =
        this.#refusals > 0 ? tokenProblem : "Nobody is signed in.";
      return { sent: 0, problem };
    }
    const rest = link.createRest();
    let sent = 0;
    try {
      for (;;) {
        const events = await this.deps.queue.peek();
        if (!events) {
          return { sent, problem: null };
        }
        if (this.#guard.problem !== undefined) {
          await this.#probe(link, events, rest);
        }
        const doubt = this.#guard.problem;
        if (doubt !== undefined) {
          return { sent, problem: doubt };
        }
        const outcome = await this.#deliver(events, rest);
        this.#conclude(link, outcome, true);
        if (outcome.kind !== "delivered") {
          return { sent, problem: this.#problemOf(outcome) };
        }
        sent += outcome.accepted;
      }
    } catch (error) {
      return { sent, problem: `The queue failed: ${messageOf(error)}` };
    } finally {
      rest.close();
    }
  }

  #problemOf(outcome: Exclude<DeliveryOutcome, { kind: "delivered" }>): string {
    return outcome.kind === "unauthorized"
      ? tokenProblem
      : (this.#guard.problem ?? outcome.reason);
  }

  #conclude(link: Link, outcome: DeliveryOutcome, isBatch: boolean): void {
    switch (outcome.kind) {
      case "delivered":
        // What an older link brought says nothing about a newer token.
        this.#hasContact ||= this.#link === link;
        if (isBatch) {
          this.#refusals = 0;
          this.#guard.settled(outcome.accepted, outcome.refused);
          this.deps.queue.settle();
          this.deps.report.settled(this.deps.clock.now(), outcome.accepted);
        }
        this.deps.report.connection("online");
        break;
      case "unauthorized":
        link.live.close();
        if (this.#link === link) {
          this.#link = undefined;
          this.#askForCredential();
        }
        break;
      case "refusing":
        this.#guard.startDoubt(outcome.reason);
        this.deps.report.connection("offline", this.#guard.problem);
        break;
      case "retryable":
        // Told of by the link already; the next step tries again.
        break;
    }
  }

  /** At once the first time; a host that keeps sending a bad token is asked ever more slowly. */
  #askForCredential(): void {
    const { clock, random, report } = this.deps;
    report.connection("offline", tokenProblem);
    const waitMs =
      this.#refusals === 0
        ? 0
        : fullJitterMs(this.#refusals - 1, backoff, random);
    this.#refusals += 1;
    this.#asking?.dispose();
    this.#asking = clock.schedule(waitMs, () => report.credentialRejected());
  }
}

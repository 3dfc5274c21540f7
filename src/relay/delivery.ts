import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { FromRelay, RelayStatus } from "../protocol/delivery";
import { Quarantine } from "../queue/quarantine";
import { readDropped } from "../queue/dropped";
import { removeLeftovers } from "../queue/queueFiles";
import { isBookkeeping, type QueuePaths } from "../queue/queueFolder";
import { QueueReader } from "../queue/queueReader";
import { SentLog } from "../queue/sentLog";
import { type QueueStats, readStats, sumOf, writeStats } from "../queue/stats";
import { QueueTally } from "../queue/tally";
import { createLinkFactory } from "./link";
import { QueueWatcher } from "./queueWatcher";
import { RelayLoop } from "./relayLoop";
import { serverWords } from "./serverWords";
import { StatusReporter } from "./statusReporter";

export interface DeliveryDeps {
  paths: QueuePaths;
  clock: Clock;
  /** [0, 1). */
  random: () => number;
  log: Logger;
  send: (message: FromRelay) => void;
}

/**
 * What the first event after quiet waits for: nothing. What follows it is
 * gathered for this long: a person sees the status bar move at once, and a
 * burst of hooks still becomes few renames and few batches. (The base client
 * of the contract flushes every 2 s.)
 */
const claimIntervalMs = 200;

/** Everything that the one relay of a queue does, from the folder to the server. */
export class Delivery extends Disposable {
  readonly loop: RelayLoop;
  readonly #reader: QueueReader;
  readonly #tally: QueueTally;
  readonly #sentLog: SentLog;
  readonly #status: StatusReporter;
  #lastAckAt: number | null;
  #delivered: number;

  private constructor(
    private readonly deps: DeliveryDeps,
    private readonly quarantine: Quarantine,
    past: Pick<QueueStats, "lastAckAt" | "delivered">,
  ) {
    super();
    this.#lastAckAt = past.lastAckAt;
    this.#delivered = past.delivered;
    const { paths, clock, random, log } = deps;
    this.#tally = new QueueTally(paths);
    this.#reader = new QueueReader({
      paths,
      quarantine,
      clock,
      claimIntervalMs,
    });
    this.#sentLog = this.register(new SentLog({ paths, clock, log }));
    this.#status = this.register(
      new StatusReporter(
        {
          clock,
          log,
          readStats: () => this.#stats(),
          emit: (status) => this.#emit(status),
        },
        { connection: "signedOut", problem: null },
      ),
    );
    this.loop = this.register(
      new RelayLoop({
        clock,
        random,
        queue: this.#queue(),
        refused: {
          addRefused: (record, reason) =>
            quarantine.addRefused(record, serverWords(reason, ""), clock.now()),
        },
        createLink: createLinkFactory({
          clock,
          random,
          newId: randomUUID,
          fetch: (input, init) => fetch(input, init),
        }),
        report: this.#report(),
      }),
    );
    const watcher = this.register(
      new QueueWatcher({ clock, log, folder: paths.folder }),
    );
    this.register(
      watcher.onDidChange((name) => {
        if (name === undefined || !isBookkeeping(name)) {
          this.loop.queueChanged();
          this.#status.touch();
        }
      }),
    );
  }

  /** To be called once this process is the only relay of the queue. */
  static async open(deps: DeliveryDeps): Promise<Delivery> {
    removeLeftovers(deps.paths);
    const past = await readStats(deps.paths);
    const quarantine = await Quarantine.open(deps.paths);
    return new Delivery(deps, quarantine, past);
  }

  /** Sends what can be sent within `graceMs`; the rest stays for the next relay. */
  async stop(graceMs: number): Promise<void> {
    await this.loop.stop(graceMs);
    await this.#reader.close();
    await this.#sentLog.flush();
    await this.#saveStats(await this.#stats());
    this.dispose();
  }

  #queue() {
    return {
      peek: () => this.#reader.peek(),
      settle: () => this.#sentLog.add(this.#reader.settle()),
      newest: () => this.#reader.newest(),
    };
  }

  #report() {
    return {
      connection: (...state: Parameters<StatusReporter["setConnection"]>) =>
        this.#status.setConnection(...state),
      settled: (at: number, accepted: number) => {
        this.#lastAckAt = at;
        this.#delivered += accepted;
        this.#status.touch();
      },
      credentialRejected: () => this.deps.send({ type: "credentialRejected" }),
    };
  }

  async #emit(status: RelayStatus & QueueStats): Promise<void> {
    this.deps.send({ type: "status", status });
    await this.#saveStats(status);
  }

  async #stats(): Promise<QueueStats> {
    await this.#tally.refresh();
    await this.quarantine.refresh();
    const { progress } = this.#reader;
    const droppedByDecision = await readDropped(this.deps.paths);
    return {
      queued: this.#tally.queued(progress),
      oldestQueuedAt: this.#tally.oldestQueuedAt(progress),
      dropped: sumOf(droppedByDecision),
      droppedByDecision,
      quarantined: this.quarantine.count,
      lastAckAt: this.#lastAckAt,
      delivered: this.#delivered,
    };
  }

  /** Without room for this file, events are still delivered. */
  async #saveStats(stats: QueueStats): Promise<void> {
    try {
      await writeStats(this.deps.paths, stats);
    } catch (error) {
      this.deps.log.warn(
        `The statistics cannot be written: ${messageOf(error)}`,
      );
    }
  }
}

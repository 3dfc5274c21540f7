import * as v from "valibot";
import type { Clock } from "../base/clock";
import { Emitter, type Event } from "../base/event";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import { acquireSingleInstance } from "../node/singleInstance";
import type { BusMessage } from "../node/windowBus";
import { validate } from "../protocol/validate";

/** The windows' bus, as far as it is needed here. */
export interface LockBus {
  publish(topic: string, payload: unknown): Promise<boolean>;
  onDidReceive: Event<BusMessage>;
}

/** What a conversation needs of them. */
export type Locks = Pick<SessionLocks, "hold" | "takeOver" | "onDidWant">;

export interface SessionLocksDeps {
  /** Known to this user's processes only, so that nobody else can take a lock. */
  key: string;
  bus: LockBus;
  clock: Clock;
}

const wantedTopic = "session.wanted";
const wantedSchema = v.object({
  sessionId: v.pipe(v.string(), v.minLength(1)),
});
/** The other window has to stop its process: 3 s at most, and some for the way. */
const takeOverMs = 6_000;

/**
 * One lock for each of the CLI's sessions, machine-wide: two processes on one
 * session do not know of each other, and their histories diverge. The kernel
 * frees the lock of a window that dies.
 */
export class SessionLocks extends Disposable {
  readonly #onDidWant = this.register(new Emitter<string>());
  /** Another window wants this session: who has it is to let go of it. */
  readonly onDidWant = this.#onDidWant.event;
  readonly #ended = new AbortController();

  constructor(private readonly deps: SessionLocksDeps) {
    super();
    this.register({ dispose: () => this.#ended.abort() });
    this.register(
      deps.bus.onDidReceive(({ topic, payload }) => {
        const wanted = validate(wantedSchema, payload);
        if (topic === wantedTopic && wanted) {
          this.#onDidWant.fire(wanted.sessionId);
        }
      }),
    );
  }

  /** Undefined when another window has it. Throws what the sockets threw. */
  hold(sessionId: string): Promise<DisposableLike | undefined> {
    const giveUp = new AbortController();
    return this.#acquire(sessionId, giveUp, () => giveUp.abort());
  }

  /** Asks the window that has it to let go, and waits for that. Undefined when it does not. */
  async takeOver(sessionId: string): Promise<DisposableLike | undefined> {
    const giveUp = new AbortController();
    const timer = this.deps.clock.schedule(takeOverMs, () => giveUp.abort());
    const lock = await this.#acquire(sessionId, giveUp, () => {
      void this.deps.bus.publish(wantedTopic, { sessionId });
    });
    timer.dispose();
    return lock;
  }

  #acquire(
    sessionId: string,
    giveUp: AbortController,
    onStandby: () => void,
  ): Promise<DisposableLike | undefined> {
    const { key, clock } = this.deps;
    const signal = AbortSignal.any([giveUp.signal, this.#ended.signal]);
    return acquireSingleInstance(`${key}:session:${sessionId}`, {
      clock,
      signal,
      onStandby,
    });
  }
}

import { type Clock, sleep } from "../base/clock";
import { messageOf } from "../base/errors";
import type { DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";
import {
  type DetachedOptions,
  type DetachedProcess,
  startDetached,
} from "../node/detachedProcess";
import type { ProcessEnd } from "../node/managedProcess";
import { acquireSingleInstance } from "../node/singleInstance";
import { type FromRelay, relayProtocol } from "../protocol/delivery";
import { queuePaths } from "../queue/queueFolder";
import { attach, type AttachOutcome } from "./attach";
import { relayEnvironment } from "./relayEnvironment";
import { type RelayPlace, relayPlace } from "./relayPlace";

/** How the relay is started: a Node, `[dist/relay.js]`, and where its queue lies. */
interface RelayProgram {
  command: string;
  args: readonly string[];
  /** No more of it is handed on than the relay needs. */
  env: NodeJS.ProcessEnv;
  /** The extension's version. */
  build: string;
}

export interface RelayFinderDeps extends RelayProgram {
  clock: Clock;
  log: Logger;
}

export interface FindOptions {
  /** Whether a relay is to be started when there is none; asked right before. */
  mayStart: () => boolean;
  signal: AbortSignal;
  onMessage: (message: FromRelay | undefined) => void;
}

/** failed: there is none, and none could be started; `how` is for people. */
export type FindOutcome = AttachOutcome | { kind: "failed"; how: string };

/** Above any wait for a relay that another window is starting. */
const startLockMs = 5_000;
/** Node starts in 50 ms, on a busy machine in seconds. */
const startMs = 10_000;
const probeMs = 20;

/**
 * A relay lives as long as an editor does. V8's own choice is twice the memory
 * for a little more speed.
 */
const memoryFlags = ["--optimize-for-size", "--max-semi-space-size=1"];

/** Finds this user's relay, or starts one: a single one, however many windows look for it at once. */
export class RelayFinder {
  constructor(private readonly deps: RelayFinderDeps) {}

  /** Never rejects. `none` also when it was aborted. */
  async find(options: FindOptions): Promise<FindOutcome> {
    try {
      const place = relayPlace(queuePaths(this.deps.env));
      const found = await this.#attach(place, options);
      return found.kind === "none" && options.mayStart()
        ? await this.#startAlone(place, options)
        : found;
    } catch (error) {
      return { kind: "failed", how: messageOf(error) };
    }
  }

  #attach(place: RelayPlace, options: FindOptions): Promise<AttachOutcome> {
    const { build, clock } = this.deps;
    const { signal, onMessage } = options;
    const identity = { protocol: relayProtocol, build };
    return attach({ ...place, identity, clock, signal, onMessage });
  }

  /**
   * One window starts it, the others wait for that one. Only to spare the
   * machine a herd of processes: the relay's own address lets one of them live
   * in any case. So it goes on without the lock when that takes too long.
   */
  async #startAlone(
    place: RelayPlace,
    options: FindOptions,
  ): Promise<FindOutcome> {
    const lock = await this.#acquireStartLock(place, options.signal);
    try {
      const found = await this.#attach(place, options);
      return found.kind === "none" && options.mayStart()
        ? await this.#start(place, options)
        : found;
    } finally {
      lock?.dispose();
    }
  }

  async #acquireStartLock(
    { address }: RelayPlace,
    signal: AbortSignal,
  ): Promise<DisposableLike | undefined> {
    const { clock } = this.deps;
    const late = new AbortController();
    const timer = clock.schedule(startLockMs, () => late.abort());
    const lock = await acquireSingleInstance(`start ${address}`, {
      clock,
      signal: AbortSignal.any([signal, late.signal]),
      onStandby: () => {},
    });
    timer.dispose();
    return lock;
  }

  async #start(place: RelayPlace, options: FindOptions): Promise<FindOutcome> {
    const { clock, log } = this.deps;
    const { ended } = startRelay(this.deps);
    let end: ProcessEnd | undefined;
    void ended.then((how) => {
      end = how;
      log.trace(`A relay that this window started has ended`);
    });
    const untilMs = clock.now() + startMs;
    while (!options.signal.aborted) {
      // Asked before the attempt: what ended after it is looked for once more.
      const ending = end;
      const found = await this.#attach(place, options);
      if (found.kind !== "none") {
        return found;
      }
      if (ending) {
        return howItEnded(ending);
      }
      if (clock.now() > untilMs) {
        return { kind: "failed", how: "it does not answer" };
      }
      await sleep(clock, probeMs, options.signal);
    }
    return { kind: "none" };
  }
}

/**
 * For a window that has had enough while the relay was looked for: resolves when
 * it is let go of, or gone with this last window; at once when `abandon` aborts.
 */
export async function letGoOf(
  found: FindOutcome,
  abandon: AbortSignal,
): Promise<void> {
  if (found.kind !== "attached") {
    return;
  }
  const { attachment, relay } = found;
  if (abandon.aborted || relay.protocol !== relayProtocol) {
    attachment.dispose();
    return;
  }
  abandon.addEventListener("abort", () => attachment.dispose());
  attachment.send({ type: "detach" });
  await attachment.ended;
}

/** The relay belongs to no window: nobody keeps hold of it. */
function startRelay({
  command,
  args,
  env,
  log,
}: RelayFinderDeps): DetachedProcess {
  const options: DetachedOptions = {
    command,
    args: [...memoryFlags, ...args],
    env: relayEnvironment(env),
    onStderr: (text) => log.warn(`relay: ${text.trimEnd()}`),
  };
  return startDetached(options);
}

/** It exits with 0 when another one has its address; but nobody answers there. */
function howItEnded({ code, signal, error }: ProcessEnd): FindOutcome {
  return code === 0
    ? { kind: "stranger" }
    : { kind: "failed", how: error?.message ?? `${code ?? signal}` };
}

import { fullJitterMs } from "../base/backoff";
import type { Clock } from "../base/clock";

/** So many events refused, one after the other, and none taken since: then it is not the events. */
const maxInARow = 3;

/** A probe is one small request; the first one is made at once. */
const minProbeMs = 1_000;
const backoff = { baseMs: 2_000, maxMs: 60_000 };

/**
 * Tells a server that refuses single events from one that refuses every event:
 * with the latter, all that is good would end in quarantine. While in doubt
 * nothing is put aside, and one event is tried now and then; the first that is
 * taken ends the doubt, and the batch after it is believed whatever it brings.
 */
export class RefusalGuard {
  #inARow = 0;
  #isTrusted = false;
  #doubt: { reason: string; probes: number; dueAt: number } | undefined;

  constructor(
    private readonly deps: {
      clock: Clock;
      /** [0, 1). */
      random: () => number;
    },
  ) {}

  /** A sentence while in doubt. */
  get problem(): string | undefined {
    return this.#doubt === undefined
      ? undefined
      : `The server refuses every event: ${this.#doubt.reason} They stay in the queue, and one is tried now and then.`;
  }

  /** How many events were tried since the doubt began. */
  get probes(): number {
    return this.#doubt?.probes ?? 0;
  }

  /** Milliseconds until one may be tried; 0 is now. */
  get waitMs(): number {
    const { clock } = this.deps;
    return Math.max(0, (this.#doubt?.dueAt ?? 0) - clock.now());
  }

  isDoubtful(refusals: number): boolean {
    return !this.#isTrusted && this.#inARow + refusals >= maxInARow;
  }

  /** A batch is done with: so many were taken, and so many put aside. */
  settled(accepted: number, refused: number): void {
    this.#inARow = accepted > 0 || this.#isTrusted ? 0 : this.#inARow + refused;
    this.#isTrusted = false;
  }

  startDoubt(reason: string): void {
    this.#doubt = { reason, probes: 0, dueAt: this.deps.clock.now() };
  }

  /** One that was tried was refused as well. */
  probeRefused(reason: string): void {
    const { clock, random } = this.deps;
    const { probes } = this;
    const waitMs = Math.max(minProbeMs, fullJitterMs(probes, backoff, random));
    this.#doubt = { reason, probes: probes + 1, dueAt: clock.now() + waitMs };
  }

  /** The server took one: what it refuses next is refused for what it is. */
  probeTaken(): void {
    this.#doubt = undefined;
    this.#isTrusted = true;
  }

  /** Another server, or nothing left to try. */
  reset(): void {
    this.#doubt = undefined;
    this.#inARow = 0;
    this.#isTrusted = false;
  }
}

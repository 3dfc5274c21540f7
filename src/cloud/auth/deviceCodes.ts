import type { Clock } from "../../base/clock";
import type { CloudStore, DeviceCodeRow, User } from "../store/store";
import { type Lifetimes, repeatGraceMs } from "./lifetimes";
import {
  hashOf,
  type RandomBytes,
  randomToken,
  randomUserCode,
} from "./secrets";
import type { TokenAnswer, Tokens } from "./tokens";

export interface DeviceCodesDeps {
  readonly store: CloudStore;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  readonly randomBytes: RandomBytes;
}

export type PollOutcome =
  | { readonly kind: "done"; readonly tokens: TokenAnswer; readonly user: User }
  | {
      readonly kind:
        | "authorization_pending"
        | "slow_down"
        | "expired_token"
        | "access_denied";
    };

/** How a code stands for whoever types it. `answered`: approved or denied before. */
export type UserCodeState = "pending" | "answered" | "expired" | "unknown";

/** RFC 8628 section 3.5: every `slow_down` adds this to the interval. */
const slowDownMs = 5000;

/** A poll may come this much early (a part of the interval): timers and networks are not exact. */
const earlyPart = 0.1;

/** The device flow of RFC 8628: an editor polls with one code while its user approves the other in a browser. */
export class DeviceCodes {
  readonly #deps: DeviceCodesDeps;

  constructor(deps: DeviceCodesDeps) {
    this.#deps = deps;
  }

  start(): { deviceCode: string; userCode: string } {
    const { store, clock, lifetimes, randomBytes } = this.#deps;
    const deviceCode = randomToken(randomBytes);
    let userCode = randomUserCode(randomBytes);
    while (store.findUserCode(hashOf(userCode))) {
      userCode = randomUserCode(randomBytes);
    }
    store.addDeviceCode({
      hash: hashOf(deviceCode),
      userCodeHash: hashOf(userCode),
      expiresAt: clock.now() + lifetimes.deviceCodeSeconds * 1000,
      intervalMs: lifetimes.intervalSeconds * 1000,
      lastPolledAt: null,
      state: "pending",
      userId: null,
    });
    return { deviceCode, userCode };
  }

  /**
   * One poll; `isTooEarly` takes it for one, whenever it comes. A code that
   * nobody knows counts as expired: the client can only start again.
   */
  poll(deviceCode: string, isTooEarly = false): PollOutcome {
    const { store } = this.#deps;
    return store.transaction(() => {
      const row = store.findDeviceCode(hashOf(deviceCode));
      switch (row?.state) {
        case undefined:
          return { kind: "expired_token" };
        case "denied":
          return { kind: "access_denied" };
        case "pending":
          return { kind: this.#pollPending(row, isTooEarly) };
        case "approved":
        case "redeemed":
          return this.#redeem(row, deviceCode);
      }
    });
  }

  state(userCode: string): UserCodeState {
    const { store, clock } = this.#deps;
    const row = store.findUserCode(hashOf(userCode));
    if (!row) {
      return "unknown";
    }
    if (row.state !== "pending") {
      return "answered";
    }
    return row.expiresAt <= clock.now() ? "expired" : "pending";
  }

  /** Approves a pending code for the user of this address; answers how the code stood before. */
  approve(userCode: string, email: string): UserCodeState {
    const { store, clock } = this.#deps;
    return this.#settle(userCode, () => ({
      state: "approved",
      userId: store.userByEmail(email, clock.now()).id,
    }));
  }

  /** Denies a pending code; answers how the code stood before. */
  deny(userCode: string): UserCodeState {
    return this.#settle(userCode, () => ({ state: "denied", userId: null }));
  }

  #settle(
    userCode: string,
    answer: () => Pick<DeviceCodeRow, "state" | "userId">,
  ): UserCodeState {
    const { store } = this.#deps;
    return store.transaction(() => {
      const state = this.state(userCode);
      const row = store.findUserCode(hashOf(userCode));
      if (state === "pending" && row) {
        store.updateDeviceCode({ ...row, ...answer() });
      }
      return state;
    });
  }

  #pollPending(row: DeviceCodeRow, isTooEarly: boolean) {
    const { store, clock } = this.#deps;
    const now = clock.now();
    if (row.expiresAt <= now) {
      return "expired_token";
    }
    const isEarly =
      isTooEarly ||
      (row.lastPolledAt !== null &&
        now - row.lastPolledAt < row.intervalMs * (1 - earlyPart));
    store.updateDeviceCode({
      ...row,
      lastPolledAt: now,
      intervalMs: row.intervalMs + (isEarly ? slowDownMs : 0),
    });
    return isEarly ? "slow_down" : "authorization_pending";
  }

  /** An approved code that has just expired is still good: the page has already said "signed in". */
  #redeem(row: DeviceCodeRow, deviceCode: string): PollOutcome {
    const { store, tokens, clock } = this.#deps;
    const user = row.userId === null ? undefined : store.userById(row.userId);
    if (!user || row.expiresAt + repeatGraceMs < clock.now()) {
      return { kind: "expired_token" };
    }
    if (row.state === "approved") {
      store.updateDeviceCode({ ...row, state: "redeemed" });
      return { kind: "done", tokens: tokens.open(user.id, deviceCode), user };
    }
    const again = tokens.reopen(deviceCode);
    return again
      ? { kind: "done", tokens: again, user }
      : { kind: "expired_token" };
  }
}

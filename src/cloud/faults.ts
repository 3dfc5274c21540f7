import * as v from "valibot";
import type { Clock } from "../base/clock";
import { readJsonBody } from "./http/body";
import type { Reply, Route } from "./http/exchange";
import { errorReply, jsonReply } from "./http/replies";

const faultsPath = "/__faults";

const target = {
  /** The exact path it strikes, or "*" for any. */
  path: v.string(),
  /** How many times; 1 unless told. */
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
  /** 3: the third request that it fits suffers it, the sixth and so on; 1 unless told. */
  every: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
};

const faultSchema = v.variant("kind", [
  /** Answers with this status and does nothing; `retry_after` in seconds. */
  v.object({
    ...target,
    kind: v.literal("status"),
    status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
    retry_after: v.optional(v.number()),
  }),
  /** Answers 200 with a page, as a captive portal does, and does nothing. */
  v.object({ ...target, kind: v.literal("html") }),
  /** Waits before it does the work; in milliseconds. */
  v.object({
    ...target,
    kind: v.literal("delay"),
    ms: v.pipe(v.number(), v.minValue(0)),
  }),
  /** Does the work, then says nothing: an HTTP connection is cut, a WebSocket stays open. */
  v.object({ ...target, kind: v.literal("drop") }),
  /** Polling for a device code only: takes the poll for one that came too early, with all that follows. */
  v.object({ ...target, kind: v.literal("slow_down") }),
  /** WebSocket only: closes with this code instead of doing the work. */
  v.object({
    ...target,
    kind: v.literal("close"),
    code: v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(4999)),
  }),
]);
type Fault = v.InferOutput<typeof faultSchema>;
/** As whoever plans it writes it. */
export type PlannedFault = v.InferInput<typeof faultSchema>;

const planSchema = v.object({
  faults: v.array(faultSchema),
  /** How far the server's clock is off; in milliseconds, ahead of time when positive. */
  clock_offset_ms: v.optional(v.pipe(v.number(), v.safeInteger()), 0),
});

/**
 * The misfortunes that tests ask for, in the order in which they strike. The
 * set is empty, and there is no route to it, unless the server was started
 * with `--faults`.
 */
export class Faults {
  #planned: { fault: Fault; passed: number }[] = [];
  #clockOffsetMs = 0;

  /** The server's clock, off by as much as was asked for; its timers are right. */
  readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = {
      now: () => clock.now() + this.#clockOffsetMs,
      schedule: (delayMs, run) => clock.schedule(delayMs, run),
    };
  }

  /** The next fault of one of these kinds for this path; using it up counts it down. */
  take<K extends Fault["kind"]>(
    path: string,
    kinds: readonly K[],
  ): Extract<Fault, { kind: K }> | undefined {
    if (path === faultsPath) {
      // "*" must leave the way to clear the plan open.
      return undefined;
    }
    const isWanted = (fault: Fault): fault is Extract<Fault, { kind: K }> =>
      (fault.path === path || fault.path === "*") &&
      kinds.some((kind) => kind === fault.kind);
    for (const planned of this.#planned) {
      const { fault } = planned;
      if (!isWanted(fault)) {
        continue;
      }
      planned.passed += 1;
      if (planned.passed % fault.every === 0) {
        fault.count -= 1;
        this.#planned = this.#planned.filter((one) => one.fault.count > 0);
        return fault;
      }
    }
    return undefined;
  }

  /** `POST /__faults {faults: [...], clock_offset_ms?}` replaces the plan (`[]` clears it); `GET` shows what is left of it. */
  routes(): Route[] {
    const show = () =>
      jsonReply(200, {
        faults: this.#planned.map(({ fault }) => fault),
        clock_offset_ms: this.#clockOffsetMs,
      });
    const path = faultsPath;
    return [
      { method: "GET", path, handle: show },
      {
        method: "POST",
        path,
        handle: (request) => {
          const body = readJsonBody(request, planSchema);
          if (!body.ok) {
            return body.reply;
          }
          const { faults, clock_offset_ms: offsetMs } = body.value;
          this.#planned = faults.map((fault) => ({ fault, passed: 0 }));
          this.#clockOffsetMs = offsetMs;
          return show();
        },
      },
    ];
  }
}

/** What a fault answers in place of the route, if it is of that kind. */
export function faultReply(fault: Fault | undefined): Reply | undefined {
  if (fault?.kind === "html") {
    return {
      status: 200,
      headers: { "content-type": "text/html" },
      body: "<!doctype html><title>Welcome</title><p>Log in to the Wi-Fi.</p>",
    };
  }
  if (fault?.kind === "status") {
    const { status, retry_after: seconds } = fault;
    return errorReply(
      status,
      "fault",
      "A fault that was asked for.",
      seconds === undefined ? {} : { "retry-after": String(seconds) },
    );
  }
  return undefined;
}

import * as v from "valibot";
import { readJsonBody } from "./http/body";
import type { Reply, Route } from "./http/exchange";
import { errorReply, jsonReply } from "./http/replies";

const faultsPath = "/__faults";

const target = {
  /** The exact path it strikes, or "*" for any. */
  path: v.string(),
  /** How many times; 1 unless told. */
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
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
  /** WebSocket only: closes with this code instead of doing the work. */
  v.object({
    ...target,
    kind: v.literal("close"),
    code: v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(4999)),
  }),
]);
export type Fault = v.InferOutput<typeof faultSchema>;

/**
 * The misfortunes that tests ask for, in the order in which they strike. The
 * set is empty, and there is no route to it, unless the server was started
 * with `--faults`.
 */
export class Faults {
  #planned: Fault[] = [];

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
    const found = this.#planned.find(isWanted);
    if (found) {
      found.count -= 1;
      this.#planned = this.#planned.filter((fault) => fault.count > 0);
    }
    return found;
  }

  /** `POST /__faults {faults: [...]}` replaces the plan (`[]` clears it); `GET` shows what is left of it. */
  routes(): Route[] {
    const show = () => jsonReply(200, { faults: this.#planned });
    const path = faultsPath;
    const schema = v.object({ faults: v.array(faultSchema) });
    return [
      { method: "GET", path, handle: show },
      {
        method: "POST",
        path,
        handle: (request) => {
          const body = readJsonBody(request, schema);
          if (!body.ok) {
            return body.reply;
          }
          this.#planned = body.value.faults;
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

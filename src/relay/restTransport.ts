import * as v from "valibot";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { isRecord, parseJson } from "../base/json";
import type { EventRecord } from "../protocol/eventRecord";
import { validate } from "../protocol/validate";
import { framesOf } from "./frames";
import { rejectedEventsSchema, toRejected } from "./rejectedEvents";
import { maxRetryAfterMs, retryAfterMs } from "./retryAfter";
import { serverWords } from "./serverWords";
import type { EventTransport, RejectedEvent, SendOutcome } from "./transport";

export interface RestTransportDeps {
  fetch: typeof fetch;
  clock: Clock;
  restUrl: string;
  accessToken: string;
}

/** The contract's limit for every request. */
const timeoutMs = 10_000;

/** The reasons for 100 refused events fit many times. */
const maxAnswerBytes = 1024 * 1024;

const endedReason = "Sending was ended.";

const answerSchema = v.object({ rejected: v.optional(rejectedEventsSchema) });
const errorSchema = v.object({ error: v.string() });

/** Sends each of the contract's batches as one POST, one after the other. */
export class RestTransport implements EventTransport {
  #isClosed = false;
  #underWay: AbortController | undefined;

  constructor(private readonly deps: RestTransportDeps) {}

  async send(events: readonly EventRecord[]): Promise<SendOutcome> {
    const rejected: RejectedEvent[] = [];
    for (const batch of framesOf(events)) {
      const outcome = await this.#sendBatch(batch);
      if (outcome.kind !== "sent") {
        return outcome;
      }
      rejected.push(...outcome.rejected);
    }
    return { kind: "sent", rejected };
  }

  close(): void {
    this.#isClosed = true;
    this.#underWay?.abort();
  }

  async #sendBatch(events: readonly EventRecord[]): Promise<SendOutcome> {
    if (this.#isClosed) {
      return { kind: "retryable", reason: endedReason };
    }
    const abort = new AbortController();
    this.#underWay = abort;
    const timer = this.deps.clock.schedule(timeoutMs, () => abort.abort());
    try {
      const response = await this.#post(events, abort.signal);
      return this.#outcomeOf(response, await textOf(response));
    } catch (error) {
      return { kind: "retryable", reason: this.#failure(error, abort.signal) };
    } finally {
      timer.dispose();
    }
  }

  #post(
    events: readonly EventRecord[],
    signal: AbortSignal,
  ): Promise<Response> {
    return this.deps.fetch(this.deps.restUrl, {
      method: "POST",
      // The token would travel along.
      redirect: "manual",
      signal,
      headers: {
        authorization: `Bearer ${this.deps.accessToken}`,
        "content-type": "application/json",
        accept: "application/json",
      },
      body: JSON.stringify({ events }),
    });
  }

  #outcomeOf(response: Response, body: string): SendOutcome {
    const { status } = response;
    const parsed = parseJson(body);
    if (response.ok) {
      return acceptedOutcome(parsed);
    }
    switch (status) {
      case 401:
        return { kind: "unauthorized" };
      case 400:
      case 413:
      case 422:
        return { kind: "rejected", reason: this.#refusal(status, parsed) };
      default:
        return {
          kind: "retryable",
          reason: describeStatus(status),
          ...this.#wait(response),
        };
    }
  }

  #wait(response: Response): { afterMs?: number } {
    const afterMs =
      retryAfterMs(
        response.headers.get("retry-after"),
        this.deps.clock.now(),
      ) ??
      // Nothing that the relay could do changes this one.
      (response.status === 403 ? maxRetryAfterMs : undefined);
    return afterMs === undefined ? {} : { afterMs };
  }

  #refusal(status: number, body: unknown): string {
    const error = validate(errorSchema, body)?.error;
    return error === undefined
      ? `The server answered ${status}.`
      : `The server answered ${status}: ${serverWords(error, this.deps.accessToken)}`;
  }

  #failure(error: unknown, ended: AbortSignal): string {
    if (this.#isClosed) {
      return endedReason;
    }
    if (ended.aborted) {
      return "The server did not answer within 10 s.";
    }
    const cause = error instanceof Error && error.cause ? error.cause : error;
    return `The server cannot be reached: ${serverWords(messageOf(cause), this.deps.accessToken)}.`;
  }
}

/** The text of an answer; of one that does not end, no more than a server has to say. */
async function textOf(response: Response): Promise<string> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  const chunks: Uint8Array[] = [];
  let lengthBytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    lengthBytes += chunk.byteLength;
    if (lengthBytes > maxAnswerBytes) {
      break;
    }
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Only a JSON object is a delivery: a captive portal answers 200 as well, with a page. */
function acceptedOutcome(body: unknown): SendOutcome {
  if (!isRecord(body)) {
    return {
      kind: "retryable",
      reason:
        "Something between here and the server answered in its place (a login page of the network?).",
    };
  }
  return {
    kind: "sent",
    rejected: toRejected(validate(answerSchema, body)?.rejected),
  };
}

function describeStatus(status: number): string {
  if (status >= 300 && status < 400) {
    return `The server answered with a redirect (${status}), which is never followed.`;
  }
  switch (status) {
    case 403:
      return "The server does not allow this account to send events.";
    case 429:
      return "The server asks for a pause.";
    case 503:
      return "The server is busy.";
    default:
      return `The server answered ${status}.`;
  }
}

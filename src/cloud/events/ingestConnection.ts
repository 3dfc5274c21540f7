import * as v from "valibot";
import type { RawData, WebSocket } from "ws";
import type { Clock } from "../../base/clock";
import { isRecord, parseJson } from "../../base/json";
import {
  Disposable,
  type DisposableLike,
  toDisposable,
} from "../../base/lifecycle";
import { nextTurn } from "../../node/systemClock";
import { validate } from "../../protocol/validate";
import type { Tokens } from "../auth/tokens";
import type { Faults } from "../faults";
import {
  type Ingest,
  type IngestOutcome,
  maxBatchEvents,
  retryAfterSeconds,
} from "./ingest";
import { KeepAlive } from "./keepAlive";

export const ingestPath = "/ws/events/ingest";

/** The contract's own close code: refresh the token, then connect again. */
const tokenNotAccepted = 4401;

/** Timers of Node's hold 24.8 days at most; an API key lasts longer. */
const longestWatchMs = 24 * 3600 * 1000;

/** How long a client may take to say who it is; in milliseconds. */
const tokenTimeoutMs = 10_000;

/** Batches that are stored with one write to the disk, at most. */
const maxTogether = 32;

const batchId = v.union([v.string(), v.number()]);
const frameSchema = v.object({
  batch_id: batchId,
  events: v.array(v.unknown()),
});
type Frame = v.InferOutput<typeof frameSchema>;

export interface IngestConnectionDeps {
  readonly socket: WebSocket;
  readonly tokens: Tokens;
  readonly ingest: Ingest;
  readonly faults: Faults;
  readonly clock: Clock;
}

/**
 * One client's WebSocket: first its access token or API key, bare, then
 * batches, each acknowledged after it is on the disk. A frame that makes no
 * sense is answered with `{error}` and the connection goes on. It ends with
 * its credential, at once, whether anything is being sent or not.
 */
export class IngestConnection extends Disposable {
  readonly #deps: IngestConnectionDeps;
  #bearer: string | undefined;
  #watch: DisposableLike | undefined;
  readonly #waiting: Frame[] = [];
  #turn: DisposableLike | undefined;

  constructor(deps: IngestConnectionDeps) {
    super();
    this.#deps = deps;
    const { socket, clock, tokens } = deps;
    this.register(new KeepAlive(socket, clock));
    const late = clock.schedule(tokenTimeoutMs, () => {
      if (this.#bearer === undefined) {
        socket.close(tokenNotAccepted, "no token");
      }
    });
    this.register(late);
    this.register(tokens.onDidEnd(() => this.#watchHolder()));
    this.register(toDisposable(() => this.#watch?.dispose()));
    this.register(toDisposable(() => socket.terminate()));
    this.register(toDisposable(() => this.#turn?.dispose()));
    socket.on("message", (data, isBinary) =>
      this.#receive(isBinary ? undefined : textOf(data)),
    );
  }

  #receive(text: string | undefined): void {
    const { socket } = this.#deps;
    if (this.isDisposed || socket.readyState !== socket.OPEN) {
      return;
    }
    if (this.#bearer === undefined) {
      this.#bearer = text?.trim() ?? "";
      this.#watchHolder();
      return;
    }
    const parsed = text === undefined ? undefined : parseJson(text);
    const frame = validate(frameSchema, parsed);
    if (!frame) {
      const id = isRecord(parsed) ? parsed["batch_id"] : undefined;
      this.#send({ error: "bad_frame", batch_id: validate(batchId, id) });
      return;
    }
    this.#suffer(frame);
  }

  /** Closes when the credential is not good (any more), and looks again when it is due to expire. */
  #watchHolder(): void {
    if (this.#bearer === undefined) {
      return;
    }
    const { clock } = this.#deps;
    const holder = this.#holder();
    this.#watch?.dispose();
    if (holder) {
      const leftMs = holder.expiresAt - clock.now();
      this.#watch = clock.schedule(Math.min(leftMs, longestWatchMs), () =>
        this.#watchHolder(),
      );
    }
  }

  /** Whose credential it is. Asked for every batch too: a clock may have been set, and no timer tells of that. */
  #holder() {
    const { tokens, socket } = this.#deps;
    const holder = tokens.holderOf(this.#bearer ?? "");
    if (!holder) {
      socket.close(tokenNotAccepted, "token not accepted");
    }
    return holder;
  }

  /** The batch, with the fault that was planned for it, if any. */
  #suffer(frame: Frame): void {
    const { faults, clock, socket } = this.#deps;
    const fault = faults.take(ingestPath, ["delay", "drop", "close"]);
    if (fault) {
      this.#storeWaiting();
    }
    switch (fault?.kind) {
      case undefined:
        this.#waiting.push(frame);
        if (this.#waiting.length === 1) {
          this.#turn = nextTurn(() => this.#storeWaiting());
        } else if (this.#waiting.length >= maxTogether) {
          this.#storeWaiting();
        }
        return;
      case "delay": {
        const run = () => this.#send(this.#store(frame));
        this.register(clock.schedule(fault.ms, run));
        return;
      }
      case "drop":
        this.#store(frame);
        return;
      case "close":
        socket.close(fault.code, "a fault that was asked for");
    }
  }

  /**
   * Batches that came together are stored together: a write to the disk takes
   * longer than all the rest, and one is enough for all of them.
   */
  #storeWaiting(): void {
    this.#turn?.dispose();
    const frames = this.#waiting.splice(0);
    const user = frames.length > 0 ? this.#holder()?.user : undefined;
    if (user) {
      const batches = frames.map(({ events }) => events);
      const outcomes = this.#deps.ingest.ingestAll(user.id, batches);
      outcomes.forEach((outcome, index) => {
        this.#send(answerTo(frames[index]?.batch_id ?? "", outcome));
      });
    }
  }

  /** The answer to the batch, or undefined when the connection is being closed instead. */
  #store({ batch_id, events }: Frame): object | undefined {
    const user = this.#holder()?.user;
    return (
      user && answerTo(batch_id, this.#deps.ingest.ingest(user.id, events))
    );
  }

  #send(answer: object | undefined): void {
    const { socket } = this.#deps;
    if (answer && socket.readyState === socket.OPEN) {
      socket.send(JSON.stringify(answer));
    }
  }
}

function answerTo(batch_id: Frame["batch_id"], outcome: IngestOutcome): object {
  switch (outcome.kind) {
    case "stored": {
      const { accepted, duplicates, rejected } = outcome;
      return { ack: batch_id, accepted, duplicates, rejected };
    }
    case "too-many":
      return {
        error: "too_large",
        batch_id,
        message: `A batch may have ${maxBatchEvents} events.`,
      };
    case "unavailable":
      return { error: "unavailable", batch_id, retry_after: retryAfterSeconds };
  }
}

/** With ws's default binary type a message is one Buffer. */
function textOf(data: RawData): string | undefined {
  return Buffer.isBuffer(data) ? data.toString("utf8") : undefined;
}

import * as v from "valibot";
import type { RawData, WebSocket } from "ws";
import type { Clock } from "../../base/clock";
import { isRecord, parseJson } from "../../base/json";
import { Disposable, toDisposable } from "../../base/lifecycle";
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

/** How long a client may take to say who it is; in milliseconds. */
const tokenTimeoutMs = 10_000;

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
 * One client's WebSocket: first its access token, bare, then batches, each
 * acknowledged after it is on the disk. A frame that makes no sense is
 * answered with `{error}` and the connection goes on.
 */
export class IngestConnection extends Disposable {
  readonly #deps: IngestConnectionDeps;
  #accessToken: string | undefined;

  constructor(deps: IngestConnectionDeps) {
    super();
    this.#deps = deps;
    const { socket, clock } = deps;
    this.register(new KeepAlive(socket, clock));
    const late = clock.schedule(tokenTimeoutMs, () => {
      if (this.#accessToken === undefined) {
        socket.close(tokenNotAccepted, "no token");
      }
    });
    this.register(late);
    this.register(toDisposable(() => socket.terminate()));
    socket.on("message", (data, isBinary) =>
      this.#receive(isBinary ? undefined : textOf(data)),
    );
  }

  #receive(text: string | undefined): void {
    const { socket } = this.#deps;
    if (this.isDisposed || socket.readyState !== socket.OPEN) {
      return;
    }
    if (this.#accessToken === undefined) {
      this.#accessToken = text?.trim() ?? "";
      this.#user();
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

  /** Whose token it is. Asked for every batch: it may expire or be revoked while connected. */
  #user() {
    const { tokens, socket } = this.#deps;
    const user = tokens.userOf(this.#accessToken ?? "");
    if (!user) {
      socket.close(tokenNotAccepted, "token not accepted");
    }
    return user;
  }

  /** The batch, with the fault that was planned for it, if any. */
  #suffer(frame: Frame): void {
    const { faults, clock, socket } = this.#deps;
    const fault = faults.take(ingestPath, ["delay", "drop", "close"]);
    switch (fault?.kind) {
      case undefined:
        this.#send(this.#store(frame));
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

  /** The answer to the batch, or undefined when the connection is being closed instead. */
  #store({ batch_id, events }: Frame): object | undefined {
    const user = this.#user();
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

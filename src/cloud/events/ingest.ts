import * as v from "valibot";
import type { Clock } from "../../base/clock";
import { messageOf } from "../../base/errors";
import { isRecord } from "../../base/json";
import type { Logger } from "../../base/log";
import {
  type EventRecord,
  eventRecordSchema,
} from "../../protocol/eventRecord";
import type { CloudStore } from "../store/store";

/** Longer batches are refused as a whole (413): the client halves them. */
export const maxBatchEvents = 1000;

/** Longer bodies and frames are refused; in bytes. */
export const maxBatchBytes = 4 * 1024 * 1024;

/** What a client should wait when the disk is full or the file is locked; in seconds. */
export const retryAfterSeconds = 5;

interface RejectedEvent {
  /** Null when the event has none that could be read. */
  readonly client_event_id: string | null;
  readonly reason: string;
}

export type IngestOutcome =
  | {
      readonly kind: "stored";
      readonly accepted: number;
      readonly duplicates: number;
      readonly rejected: readonly RejectedEvent[];
    }
  | { readonly kind: "too-many" }
  /** Nothing of the batch was stored; the same batch may succeed later. */
  | { readonly kind: "unavailable" };

export interface IngestDeps {
  readonly store: CloudStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The columns are SQLite integers: one absurd number must be one rejected
 * event, not a batch that fails for ever.
 */
const storableSchema = v.object({
  ...eventRecordSchema.entries,
  timestamp: v.pipe(eventRecordSchema.entries.timestamp, v.safeInteger()),
});

/**
 * The one way in for events, whatever brought them. What it reports as stored
 * is on the disk; one event that does not fit never holds up the others.
 */
export class Ingest {
  readonly #deps: IngestDeps;

  constructor(deps: IngestDeps) {
    this.#deps = deps;
  }

  ingest(userId: string, batch: readonly unknown[]): IngestOutcome {
    return this.ingestAll(userId, [batch])[0] ?? { kind: "unavailable" };
  }

  /** Several batches with one write to the disk; the outcomes in their order. */
  ingestAll(
    userId: string,
    batches: readonly (readonly unknown[])[],
  ): IngestOutcome[] {
    const { store, logger } = this.#deps;
    try {
      return store.transaction(() =>
        batches.map((batch) => this.#add(userId, batch)),
      );
    } catch (error) {
      logger.error(`events could not be stored: ${messageOf(error)}`);
      return batches.map(() => ({ kind: "unavailable" }));
    }
  }

  /** Throws what the store threw. */
  #add(userId: string, batch: readonly unknown[]): IngestOutcome {
    if (batch.length > maxBatchEvents) {
      return { kind: "too-many" };
    }
    const { store, clock } = this.#deps;
    const valid: EventRecord[] = [];
    const rejected: RejectedEvent[] = [];
    for (const candidate of batch) {
      // Not protocol/validate: the client needs to know what is wrong with it.
      const result = v.safeParse(storableSchema, candidate);
      if (result.success) {
        valid.push(result.output);
      } else {
        rejected.push(rejection(candidate, result.issues[0]));
      }
    }
    const accepted = store.addEvents(userId, valid, clock.now());
    const duplicates = valid.length - accepted;
    return { kind: "stored", accepted, duplicates, rejected };
  }
}

/** Names the field and what it must be, never what it was: an event may hold what is nobody's business. */
function rejection(
  candidate: unknown,
  issue: v.BaseIssue<unknown>,
): RejectedEvent {
  const id = isRecord(candidate) ? candidate["client_event_id"] : undefined;
  const field = v.getDotPath(issue) ?? "event";
  const problem =
    issue.received === "undefined"
      ? "is missing"
      : `must be ${issue.expected ?? issue.type}`;
  return {
    client_event_id: typeof id === "string" ? id.slice(0, 100) : null,
    reason: `${field} ${problem}`,
  };
}

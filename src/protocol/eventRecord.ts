import * as v from "valibot";

const text = v.nullable(v.string());

/**
 * One event, as it is queued on disk and as it is sent: the field names are
 * the server contract's (docs/server-contract.md). What is not known is null.
 * Only these fields are ever stored; a tool's input and output are not among
 * them.
 */
export const eventRecordSchema = v.object({
  /** A UUID made when the event is queued; it never changes, and the server deduplicates by it. */
  client_event_id: v.pipe(v.string(), v.uuid()),
  /** Milliseconds since 1970, UTC. */
  timestamp: v.pipe(v.number(), v.integer()),
  event_type: text,
  tool_name: text,
  policy_name: text,
  policy_names: v.nullable(v.array(v.string())),
  /** allow, deny or ask. */
  decision: text,
  /** Scrubbed of secrets, 2 KB at most. */
  reason: text,
  duration_ms: v.nullable(v.number()),
  session_id: text,
  /** HMAC-SHA-256 of the folder, keyed for this installation; hex. */
  cwd_hash: text,
  permission_mode: text,
  hook_event_name: text,
  /** The agent: claude-code. */
  integration: text,
  /** What captured it: hook or chat. */
  source: text,
});

export type EventRecord = v.InferOutput<typeof eventRecordSchema>;

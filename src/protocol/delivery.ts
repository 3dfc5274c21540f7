import * as v from "valibot";

/** How delivery stands. Counts are of events; times are ms since 1970, UTC. */
const relayStatusSchema = v.object({
  /**
   * signedOut: no token, nothing is sent. connecting: no answer yet. online:
   * the last contact with the server went well. offline: it did not, and the
   * relay tries again by itself. standby: another window's relay delivers this
   * queue.
   */
  connection: v.picklist([
    "signedOut",
    "connecting",
    "online",
    "offline",
    "standby",
  ]),
  queued: v.number(),
  oldestQueuedAt: v.nullable(v.number()),
  lastAckAt: v.nullable(v.number()),
  dropped: v.number(),
  quarantined: v.number(),
  /** A sentence about the last failure, while offline. */
  problem: v.nullable(v.string()),
});
export type RelayStatus = v.InferOutput<typeof relayStatusSchema>;

export const initialRelayStatus: RelayStatus = {
  connection: "signedOut",
  queued: 0,
  oldestQueuedAt: null,
  lastAckAt: null,
  dropped: 0,
  quarantined: 0,
  problem: null,
};

/**
 * What the extension host writes to the relay's stdin, one JSON object a line.
 * The end of stdin means that the host is gone: the relay drains and exits.
 */
export const toRelaySchema = v.variant("type", [
  /** Short-lived credential for `serverUrl`; the refresh token never leaves the host. */
  v.object({
    type: v.literal("credential"),
    serverUrl: v.string(),
    accessToken: v.string(),
  }),
  v.object({ type: v.literal("signedOut") }),
  /** Send what waits now, over REST, and report with `synced`. */
  v.object({ type: v.literal("syncNow"), requestId: v.string() }),
]);
export type ToRelay = v.InferOutput<typeof toRelaySchema>;

/** What the relay writes to its stdout, one JSON object a line. */
export const fromRelaySchema = v.variant("type", [
  v.object({ type: v.literal("status"), status: relayStatusSchema }),
  /** The server did not take the access token: the host should send a fresh one. */
  v.object({ type: v.literal("credentialRejected") }),
  v.object({
    type: v.literal("synced"),
    requestId: v.string(),
    sent: v.number(),
    /** A sentence when something is left over. */
    problem: v.nullable(v.string()),
  }),
  v.object({
    type: v.literal("log"),
    level: v.picklist(["trace", "info", "warn", "error"]),
    message: v.string(),
  }),
]);
export type FromRelay = v.InferOutput<typeof fromRelaySchema>;

import * as v from "valibot";

/** How delivery stands. Counts are of events; times are ms since 1970, UTC. */
const relayStatusSchema = v.object({
  /**
   * signedOut: no token, nothing is sent. connecting: no answer yet. online:
   * the last contact with the server went well. offline: it did not, and the
   * relay tries again by itself. stopped: nothing is sent until somebody starts
   * the relay.
   */
  connection: v.picklist([
    "signedOut",
    "connecting",
    "online",
    "offline",
    "stopped",
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
 * Both sides name theirs in the handshake (relay/handshake.ts), which is the
 * same in all versions, as are `handOver` and `ending`. Any other change to
 * what is said after it needs a new number.
 */
export const relayProtocol = 1;

/** What a window says to the relay, one JSON object a line, once both have proved who they are. */
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
  /** This window goes. The relay closes the connection: once it has drained, if this was the last. */
  v.object({ type: v.literal("detach") }),
  /** Stop for all windows of this user, until one starts the relay again. */
  v.object({ type: v.literal("stop") }),
  /** End, and leave the queue to a newer build; obeyed if the asking window is of one. */
  v.object({ type: v.literal("handOver") }),
]);
export type ToRelay = v.InferOutput<typeof toRelaySchema>;

/** What the relay says to a window, one JSON object a line. */
export const fromRelaySchema = v.variant("type", [
  v.object({ type: v.literal("status"), status: relayStatusSchema }),
  /** The server did not take the access token that this window gave: it should send a fresh one. */
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
  /**
   * The relay ends, and the connection with it. alone: no window was attached.
   * stopped: somebody has stopped it. handOver: a newer build takes its place.
   */
  v.object({
    type: v.literal("ending"),
    reason: v.picklist(["alone", "stopped", "handOver"]),
  }),
]);
export type FromRelay = v.InferOutput<typeof fromRelaySchema>;
export type RelayEnding = Extract<FromRelay, { type: "ending" }>["reason"];

import * as v from "valibot";
import { conversationEventSchema, conversationSchema } from "./conversation";

/** Why a prompt cannot be sent, if it cannot; each has a card with a button in the chat. */
const readinessSchema = v.variant("kind", [
  v.object({ kind: v.literal("ready") }),
  v.object({ kind: v.literal("noFolder") }),
  v.object({ kind: v.literal("untrusted") }),
  v.object({ kind: v.literal("noCli"), looked: v.array(v.string()) }),
]);
export type Readiness = v.InferOutput<typeof readinessSchema>;

/** What the chat shows beside the conversation. */
const surroundingsSchema = v.object({
  readiness: readinessSchema,
  /** A scripted model answers, not a real one: said plainly for as long as it is so. */
  isDemo: v.boolean(),
  /** The account's e-mail address, or null when nobody is signed in. */
  signedInAs: v.nullable(v.string()),
});
export type Surroundings = v.InferOutput<typeof surroundingsSchema>;

/** Messages from the host to the webview; each travels in an envelope. */
const toWebviewSchema = v.variant("type", [
  /** The whole state: after hello from a view that has nothing, or whose gap is too wide to replay. */
  v.object({
    type: v.literal("snapshot"),
    conversation: conversationSchema,
    surroundings: surroundingsSchema,
  }),
  v.object({ type: v.literal("event"), event: conversationEventSchema }),
  v.object({
    type: v.literal("surroundings"),
    surroundings: surroundingsSchema,
  }),
]);
export type ToWebview = v.InferOutput<typeof toWebviewSchema>;

/** The buttons of the cards that say why a prompt cannot be sent. */
const chatActionSchema = v.picklist([
  "openFolder",
  "manageTrust",
  "installCli",
  "setCliPath",
  "checkCliAgain",
  "signIn",
  "newConversation",
]);
export type ChatAction = v.InferOutput<typeof chatActionSchema>;

/** Messages from the webview to the host. */
export const fromWebviewSchema = v.variant("type", [
  /** Sent on start and whenever a gap is seen: the last envelope that was applied, or null. */
  v.object({
    type: v.literal("hello"),
    last: v.nullable(v.object({ epoch: v.string(), seq: v.number() })),
  }),
  /** Everything up to and including seq was applied. */
  v.object({
    type: v.literal("ack"),
    epoch: v.string(),
    seq: v.number(),
  }),
  v.object({
    type: v.literal("sendPrompt"),
    /** A UUID made by the webview; the same prompt sent twice counts once. */
    id: v.pipe(v.string(), v.uuid()),
    text: v.pipe(v.string(), v.maxLength(1_000_000)),
  }),
  v.object({ type: v.literal("removeQueued"), id: v.string() }),
  v.object({ type: v.literal("interrupt") }),
  v.object({
    type: v.literal("answerAsk"),
    id: v.string(),
    decision: v.picklist(["allow", "deny"]),
  }),
  v.object({ type: v.literal("action"), action: chatActionSchema }),
]);
export type FromWebview = v.InferOutput<typeof fromWebviewSchema>;

/**
 * Every message from host to webview is numbered. The epoch changes when the
 * numbering starts anew; within it seq goes up by one, from 1.
 */
export const envelopeSchema = v.object({
  epoch: v.string(),
  seq: v.number(),
  body: toWebviewSchema,
});
export type Envelope = v.InferOutput<typeof envelopeSchema>;

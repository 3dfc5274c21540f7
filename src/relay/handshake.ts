import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import * as v from "valibot";

/** What each side says of itself. */
export interface Identity {
  /** See `relayProtocol`. */
  protocol: number;
  /** The extension's version; see build.ts. */
  build: string;
}

const hex32 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const identity = {
  protocol: v.number(),
  build: v.pipe(v.string(), v.maxLength(64)),
};

/** The window speaks first. */
export const helloSchema = v.object({
  type: v.literal("hello"),
  ...identity,
  nonce: hex32,
});
export type Hello = v.InferOutput<typeof helloSchema>;

/** The relay answers with its proof, and asks for the window's. */
export const challengeSchema = v.object({
  type: v.literal("challenge"),
  ...identity,
  nonce: hex32,
  proof: hex32,
});
export type Challenge = v.InferOutput<typeof challengeSchema>;

export const proofSchema = v.object({
  type: v.literal("proof"),
  proof: hex32,
});

type Side = "relay" | "window";

export function makeHello({ protocol, build }: Identity): Hello {
  return { type: "hello", protocol, build, nonce: newNonce() };
}

export function makeChallenge(
  key: string,
  hello: Hello,
  { protocol, build }: Identity,
): Challenge {
  const open = { protocol, build, nonce: newNonce() };
  const proof = proofOf("relay", key, hello, open);
  return { type: "challenge", ...open, proof };
}

/**
 * What one side proves with: an HMAC over all that both have said, keyed by
 * the install key, which only this user can read. Each side's random number is
 * in it, so that no answer of another time fits; and the side itself, so that
 * nobody can be made to answer his own challenge.
 */
export function proofOf(
  side: Side,
  key: string,
  hello: Omit<Hello, "type">,
  challenge: Omit<Challenge, "type" | "proof">,
): string {
  const words = [hello, challenge].flatMap(({ protocol, build, nonce }) => [
    protocol,
    build,
    nonce,
  ]);
  // A key of its own: the install key keys other hashes too.
  const ownKey = createHmac("sha256", key).update("relay handshake").digest();
  return createHmac("sha256", ownKey)
    .update(JSON.stringify([side, ...words]))
    .digest("hex");
}

/** In a time that tells nothing about the right one. Both are 64 hex digits. */
export function isSameProof(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, "hex"), Buffer.from(b, "hex"));
}

function newNonce(): string {
  return randomBytes(32).toString("hex");
}

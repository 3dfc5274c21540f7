import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A source of unpredictable bytes: node:crypto's, injected. */
export type RandomBytes = (size: number) => Uint8Array;

/** What is stored of a token or a code. Plain SHA-256 is enough: there is nothing to guess in 256 random bits. */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** Whether two secrets, or two hashes, are the same, in a time that does not tell where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

/** A new token: 256 random bits, base64url, 43 characters. */
export function randomToken(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(32)).toString("base64url");
}

/** The refresh token that follows from `presented`, always the same for one server; 43 characters. */
export function derivedToken(
  serverSecret: Uint8Array,
  presented: string,
): string {
  return createHmac("sha256", serverSecret)
    .update(`refresh:${presented}`)
    .digest("base64url");
}

/** What API keys begin with, so that people and secret scanners know one when they see it. */
const apiKeyPrefix = "fpk_";

/** A new API key: the prefix and a token. */
export function randomApiKey(randomBytes: RandomBytes): string {
  return apiKeyPrefix + randomToken(randomBytes);
}

/** RFC 8628 section 6.1: no vowels, so no words; nothing that looks like a digit. */
const userCodeAlphabet = "BCDFGHJKLMNPQRSTVWXZ";
const userCodePattern = new RegExp(`^[${userCodeAlphabet}]{8}$`);

/** A code for people to compare and type, like WDJB-MJHT: 20^8 of them, 34 bits. */
export function randomUserCode(randomBytes: RandomBytes): string {
  let letters = "";
  while (letters.length < 8) {
    for (const byte of randomBytes(16)) {
      // 240 is the largest multiple of 20 in a byte: above it, some letters would be likelier.
      if (byte < 240 && letters.length < 8) {
        letters += userCodeAlphabet.charAt(byte % userCodeAlphabet.length);
      }
    }
  }
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** What someone typed (any case, with or without the dash) as a user code, or undefined when it cannot be one. */
export function parseUserCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replaceAll(/[\s-]/g, "");
  return userCodePattern.test(letters)
    ? `${letters.slice(0, 4)}-${letters.slice(4)}`
    : undefined;
}

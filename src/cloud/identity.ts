import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/*
 * How the embedded server shows that it is the one that works on a data
 * folder: only who may read that folder has its key. Anybody else on the
 * machine can listen on a port and say "failproof-local".
 */

/** The key of the folder's server: 43 characters of base64url, for its owner alone. Made by the server. */
export function identityFile(dataFolder: string): string {
  return join(dataFolder, "identity.key");
}

/** Where the folder's server is or was last, as `{url}`. Written by the server, once it listens. */
export function addressFile(dataFolder: string): string {
  return join(dataFolder, "address.json");
}

/** What `identityFile` holds, or undefined when there is no (whole) key. */
export async function readIdentity(
  dataFolder: string,
): Promise<string | undefined> {
  const text = await readFile(identityFile(dataFolder), "utf8").catch(() => "");
  return /^[\w-]{43}$/.test(text) ? text : undefined;
}

/** What may be asked to be proven: 256 random bits, base64url, new for every question. */
export const challengePattern = /^[\w-]{43}$/;

/**
 * The answer to `challenge` of the server that has this key and listens on
 * `port` of 127.0.0.1. The port is part of it, so that an impostor on another
 * one cannot pass the question on to the server and its answer back; the
 * words keep it from meaning anything elsewhere.
 */
export function identityProof(
  key: string,
  port: number,
  challenge: string,
): string {
  return createHmac("sha256", key)
    .update(`failproof-local identity 127.0.0.1:${port} ${challenge}`)
    .digest("base64url");
}

import type { IncomingMessage } from "node:http";
import type * as v from "valibot";
import { isRecord, parseJson } from "../../base/json";
import { validate } from "../../protocol/validate";
import type { CloudRequest, Reply } from "./exchange";
import { errorReply } from "./replies";

/** Beyond this many bytes the rest of an oversized body is not even read. */
const maxDrainedBytes = 64 * 1024 * 1024;

/**
 * Reads a request's body of `maxBytes` at most. A longer one is read to its end
 * and thrown away: closing while the client still sends would make it see a
 * reset connection instead of the 413. "aborted" means nobody waits any more.
 */
export function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | "too-large" | "aborted"> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
      } else {
        chunks.length = 0;
        if (size > maxDrainedBytes) {
          incoming.pause();
          resolve("too-large");
        }
      }
    });
    incoming.on("end", () =>
      resolve(size <= maxBytes ? Buffer.concat(chunks) : "too-large"),
    );
    incoming.on("error", () => resolve("aborted"));
    incoming.on("close", () => resolve("aborted"));
  });
}

export type JsonBody<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reply: Reply };

/** A JSON body that fits `schema`, or the refusal: 415 for another type, 400 for another shape. */
export function readJsonBody<T>(
  request: CloudRequest,
  schema: v.GenericSchema<unknown, T>,
): JsonBody<T> {
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    // Requiring it is also what makes a browser ask first (CORS preflight) before another site may post here.
    return refused(415, "unsupported_media_type", "Send application/json.");
  }
  const parsed = parseJson(request.body.toString("utf8"));
  if (!isRecord(parsed)) {
    return refused(400, "invalid_request", "The body is no JSON object.");
  }
  const value = validate(schema, parsed);
  if (value === undefined) {
    return refused(400, "invalid_request", "The body lacks what is needed.");
  }
  return { ok: true, value };
}

function refused(status: number, error: string, message: string) {
  return { ok: false, reply: errorReply(status, error, message) } as const;
}

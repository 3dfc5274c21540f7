import type { Reply } from "./exchange";

/** A JSON answer; `headers` come on top of the content type. */
export function jsonReply(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

/**
 * A failure as `{error, message}`: the stable word is for programs, the
 * sentence for whoever reads the log of one.
 */
export function errorReply(
  status: number,
  error: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return jsonReply(status, { error, message }, headers);
}

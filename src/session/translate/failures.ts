import type { RetryLine } from "../../cli/wire/systemLines";
import type { Failure } from "../../protocol/items";

/** The CLI's words for what the API refused. */
const kinds = new Map<string, Failure["kind"]>([
  ["authentication_failed", "signIn"],
  ["oauth_org_not_allowed", "signIn"],
  ["billing_error", "billing"],
  ["rate_limit", "rateLimit"],
  ["overloaded", "overloaded"],
  ["server_error", "server"],
  ["invalid_request", "request"],
  ["max_output_tokens", "limit"],
]);

/** `error` is the CLI's word, `status` HTTP's. */
export function failureOf(
  error: string,
  message: string,
  status: number | null | undefined,
): Failure {
  return {
    kind: kinds.get(error) ?? kindOfStatus(status),
    message: message === "" ? null : message,
  };
}

/** For what the CLI has no word. */
function kindOfStatus(status: number | null | undefined): Failure["kind"] {
  if (status == null || status < 400) {
    return "other";
  }
  return status >= 500 ? "server" : "request";
}

/** The API does not accept who the user is: trying again changes nothing, though the CLI does, for minutes. */
export function isFinalRefusal({ error_status, error }: RetryLine): boolean {
  return error_status === 401 || kinds.get(error ?? "") === "signIn";
}

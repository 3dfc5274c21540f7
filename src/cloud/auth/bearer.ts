import type { CloudRequest, Reply } from "../http/exchange";
import { errorReply } from "../http/replies";
import type { User } from "../store/store";
import type { Tokens } from "./tokens";

/** Who sends this request, by its `Authorization: Bearer` header (an access token or an API key), or the 401 to answer. */
export function authenticate(
  request: CloudRequest,
  tokens: Tokens,
): { user: User } | { reply: Reply } {
  const header = request.headers.authorization ?? "";
  const token = /^Bearer +([\w-]{1,512})$/i.exec(header)?.[1];
  const holder = token === undefined ? undefined : tokens.holderOf(token);
  if (holder) {
    return { user: holder.user };
  }
  const message = "The credential is missing, expired or not known.";
  return {
    reply: errorReply(401, "invalid_token", message, {
      "www-authenticate": 'Bearer realm="failproof"',
    }),
  };
}

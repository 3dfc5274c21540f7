import type { CloudRequest, Reply } from "../http/exchange";
import { errorReply } from "../http/replies";
import type { User } from "../store/store";
import type { Tokens } from "./tokens";

/** Who sends this request, by its `Authorization: Bearer` header, or the 401 to answer. */
export function authenticate(
  request: CloudRequest,
  tokens: Tokens,
): { user: User } | { reply: Reply } {
  const header = request.headers.authorization ?? "";
  const token = /^Bearer +([\w-]{1,512})$/i.exec(header)?.[1];
  const user = token === undefined ? undefined : tokens.userOf(token);
  if (user) {
    return { user };
  }
  const message = "The access token is missing, expired or not known.";
  return {
    reply: errorReply(401, "invalid_token", message, {
      "www-authenticate": 'Bearer realm="failproof"',
    }),
  };
}

import type { RandomBytes } from "../auth/secrets";
import type { CloudRequest, Reply, Route } from "../http/exchange";
import { errorReply, jsonReply } from "../http/replies";
import { challengePattern } from "../identity";
import { pageReply } from "./page";
import { landingPage } from "./resultPages";

export interface PublicRoutesDeps {
  readonly version: string;
  readonly randomBytes: RandomBytes;
  /** The answer to a challenge, for who has the same key: see identity.ts. */
  prove(challenge: string): string;
}

/** What anyone on the machine may see: that a server is here, and which. */
export function publicRoutes(deps: PublicRoutesDeps): Route[] {
  return [
    {
      method: "GET",
      path: "/",
      handle: () => pageReply(landingPage(), deps.randomBytes),
    },
    {
      method: "GET",
      path: "/health",
      handle: (request) => healthReply(deps, request),
    },
  ];
}

function healthReply(deps: PublicRoutesDeps, { query }: CloudRequest): Reply {
  const health = { name: "failproof-local", version: deps.version };
  const challenge = query.get("challenge");
  if (challenge === null) {
    return jsonReply(200, health);
  }
  return challengePattern.test(challenge)
    ? jsonReply(200, { ...health, proof: deps.prove(challenge) })
    : errorReply(400, "invalid_request", "A challenge is 43 characters.");
}

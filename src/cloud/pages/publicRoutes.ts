import type { RandomBytes } from "../auth/secrets";
import type { Route } from "../http/exchange";
import { jsonReply } from "../http/replies";
import { pageReply } from "./page";
import { landingPage } from "./resultPages";

/** What anyone on the machine may see: that a server is here, and which. */
export function publicRoutes(deps: {
  version: string;
  randomBytes: RandomBytes;
}): Route[] {
  return [
    {
      method: "GET",
      path: "/",
      handle: () => pageReply(landingPage(), deps.randomBytes),
    },
    {
      method: "GET",
      path: "/health",
      handle: () =>
        jsonReply(200, { name: "failproof-local", version: deps.version }),
    },
  ];
}

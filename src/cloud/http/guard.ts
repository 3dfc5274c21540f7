import type { IncomingHttpHeaders } from "node:http";
import type { Reply } from "./exchange";
import { errorReply } from "./replies";

/**
 * What every request must pass, WebSocket upgrades too. Anything on the machine
 * can reach a loopback port, and so can any web page in the user's browser: the
 * Host check stops DNS rebinding, the Origin check stops cross-site requests.
 * Programs send no Origin and pass. Undefined means that the request may go on.
 */
export function refuseForeign(
  method: string,
  headers: IncomingHttpHeaders,
): Reply | undefined {
  if (!isThisMachine(headers.host)) {
    return errorReply(
      421,
      "wrong_host",
      "This server answers for 127.0.0.1 and localhost only.",
    );
  }
  if (isCrossSite(method, headers)) {
    return errorReply(
      403,
      "cross_site",
      "Requests from other web sites are refused.",
    );
  }
  return undefined;
}

/**
 * Whether a form was sent by a page of this server. A page with the referrer
 * policy no-referrer sends `Origin: null`, so the browser's own Sec-Fetch-Site,
 * which no page can forge, has to speak for it.
 */
export function isFromOwnPage(headers: IncomingHttpHeaders): boolean {
  const { origin } = headers;
  if (origin === undefined || origin === "null") {
    return headers["sec-fetch-site"] === "same-origin";
  }
  return origin === `http://${headers.host}`;
}

/**
 * Any port: an editor in the browser reaches this server through a forwarded
 * port of its own. What DNS rebinding needs is a name, not a port.
 */
function isThisMachine(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/.test(host ?? "");
}

function isCrossSite(method: string, headers: IncomingHttpHeaders): boolean {
  if (headers.origin !== undefined) {
    return !isFromOwnPage(headers);
  }
  const site = headers["sec-fetch-site"];
  if (site !== "cross-site" && site !== "same-site") {
    return false;
  }
  // An editor in the browser opens the sign-in page from its own site: a visit
  // in a window of its own is harmless, an image or a frame is an attempt to guess.
  const isVisit =
    method === "GET" &&
    headers["sec-fetch-mode"] === "navigate" &&
    headers["sec-fetch-dest"] === "document";
  return !isVisit;
}

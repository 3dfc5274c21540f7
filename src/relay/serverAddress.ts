/** Where events go on one server; or a sentence that says why they cannot. */
export type ServerAddress =
  | { ok: true; webSocketUrl: string; restUrl: string }
  | { ok: false; problem: string };

const ingestPath = "/ws/events/ingest";
const batchPath = "/api/v1/events/batch";

/**
 * The addresses of the contract under `serverUrl`. The token would cross the
 * network in the clear over plain http, so that is for this machine only.
 */
export function serverAddress(serverUrl: string): ServerAddress {
  const url = parse(serverUrl);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return { ok: false, problem: "The server's address is not a web address." };
  }
  if (url.username !== "" || url.password !== "") {
    return { ok: false, problem: "The server's address holds a password." };
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return {
      ok: false,
      problem: `Nothing is sent to ${url.origin}: a server that is not on this machine needs https.`,
    };
  }
  const base = `${url.host}${url.pathname.replace(/\/+$/, "")}`;
  const isSecure = url.protocol === "https:";
  return {
    ok: true,
    webSocketUrl: `${isSecure ? "wss" : "ws"}://${base}${ingestPath}`,
    restUrl: `${url.protocol}//${base}${batchPath}`,
  };
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}

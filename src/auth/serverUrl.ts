import { AppError } from "../base/errors";

/** The setting's word for the embedded server on this machine. */
export const localServer = "local";

/** What `failproof.serverUrl` proposes to whoever has a server of their own. */
export const proposedServerUrl = "https://api.befailproof.ai";

const loopbackHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * The origin of a server address that somebody typed, without a trailing
 * slash. Throws `server-url` for anything but https, or http on this machine:
 * a token must not cross a network in the clear.
 */
export function parseServerUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch (cause) {
    throw new AppError("server-url", `Not an address: ${text}`, { cause });
  }
  if (url.username !== "" || url.password !== "") {
    throw new AppError("server-url", "The address holds a password");
  }
  const isLocal = loopbackHosts.has(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) {
    throw new AppError("server-url", `Neither https nor this machine: ${text}`);
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/**
 * The name under which the setting's server is known here: `local`, an
 * address, or "" when none has been chosen. Throws `server-url`.
 */
export function serverNameOf(setting: string): string {
  const text = setting.trim();
  return text === "" || text === localServer ? text : parseServerUrl(text);
}

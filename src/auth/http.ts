import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { isRecord, parseJson } from "../base/json";

/** Every call has a limit, so that a server that never answers ends in a sentence. */
const requestTimeoutMs = 10_000;

/** No answer of the contract comes near it; a page that never ends must not fill the memory. */
const maxBodyBytes = 1024 * 1024;

export interface HttpDeps {
  fetch: typeof fetch;
  clock: Clock;
}

export interface HttpRequest {
  method: "GET" | "POST";
  url: string;
  body?: unknown;
  bearer?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** What came of a call: an answer in JSON, an answer that is none, or nothing at all. */
export type HttpOutcome =
  | { kind: "json"; status: number; body: Record<string, unknown> }
  | { kind: "notJson"; status: number }
  | { kind: "unreachable"; detail: string };

/**
 * One call to the server. Redirects are not followed: a token would travel
 * with them. A body that is no JSON object (a captive portal's page) is told
 * apart, whatever its status says.
 */
export async function request(
  deps: HttpDeps,
  { method, url, body, bearer, signal, timeoutMs }: HttpRequest,
): Promise<HttpOutcome> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  const timer = deps.clock.schedule(timeoutMs ?? requestTimeoutMs, stop);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const response = await deps.fetch(url, {
      method,
      redirect: "manual",
      signal: signal?.aborted ? signal : abort.signal,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const parsed = parseJson(await textOf(response));
    return isRecord(parsed)
      ? { kind: "json", status: response.status, body: parsed }
      : { kind: "notJson", status: response.status };
  } catch (error) {
    return { kind: "unreachable", detail: detailOf(error) };
  } finally {
    timer.dispose();
    signal?.removeEventListener("abort", stop);
  }
}

/** The body, or nothing (which is no JSON) when it is longer than any answer may be. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let lengthBytes = 0;
  const chunks: AsyncIterable<unknown> | null = response.body;
  for await (const chunk of chunks ?? []) {
    if (!(chunk instanceof Uint8Array)) {
      continue;
    }
    lengthBytes += chunk.length;
    if (lengthBytes > maxBodyBytes) {
      // Leaving the loop cancels the rest.
      return "";
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Node's fetch says "fetch failed" and keeps what happened as the cause. */
function detailOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined
    ? messageOf(error)
    : `${messageOf(error)}: ${messageOf(cause)}`;
}

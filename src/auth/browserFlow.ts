import { createHash, timingSafeEqual } from "node:crypto";
import { fullJitterMs } from "../base/backoff";
import { type Clock, sleep } from "../base/clock";
import { AppError, messageOf } from "../base/errors";
import type { DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { AuthApi, CodeExchange, SignedIn } from "./authApi";

/** What the query of a callback came to. A `refused` one is not an answer to what was asked here. */
export type CallbackVerdict = "accepted" | "denied" | "refused";

export type AcceptCallback = (query: URLSearchParams) => CallbackVerdict;

/** Where the browser brings the answer; disposed when the wait is over. */
export interface CallbackReceiver extends DisposableLike {
  readonly redirectUri: string;
}

export interface BrowserFlowDeps {
  api: Pick<AuthApi, "serverUrl" | "exchangeCode">;
  /** A loopback listener (openLoopback) or the editor's own URIs (UriCallbacks). */
  openReceiver(accept: AcceptCallback): Promise<CallbackReceiver>;
  /** False, or an error, when no browser could be opened. */
  openBrowser: (url: string) => PromiseLike<boolean>;
  /** A random id of this installation. */
  agentId: string;
  clock: Clock;
  /** [0, 1). */
  random: () => number;
  /** Of a cryptographic source. */
  randomBytes(length: number): Uint8Array;
  log: Logger;
}

/** What the user is shown while the flow waits. */
export interface BrowserFlowView {
  /** The page, before the browser is asked to open it. */
  onUrl(url: string): void;
  /** The wait goes on: the user can open the page in another way. */
  onBrowserFailed(url: string): void;
}

/** The contract's number. */
const waitMs = 300_000;

/** The exchange is tried again after a lost answer, as a code may be good for a repetition. */
const exchangeAttempts = 4;
const exchangeBackoff = { baseMs: 1_000, maxMs: 8_000 };
const leastExchangePauseMs = 500;

/**
 * Signs in with the browser (RFC 8252, RFC 7636): opens the server's page, and
 * waits for the one callback that belongs to it. Wrong callbacks do not end
 * the wait. Throws AppError `code-denied`, `code-expired`, `browser-timeout`,
 * `cancelled`, `server-refused`, `server-unreachable`, or what opening the
 * receiver threw.
 */
export async function runBrowserFlow(
  deps: BrowserFlowDeps,
  signal: AbortSignal,
  view: BrowserFlowView,
): Promise<SignedIn> {
  throwIfCancelled(signal);
  const callback = await waitForCallback(deps, signal, view);
  return exchange(deps, signal, callback);
}

async function waitForCallback(
  deps: BrowserFlowDeps,
  signal: AbortSignal,
  view: BrowserFlowView,
): Promise<CodeExchange> {
  const request = new AuthorizationRequest(deps);
  const opening = deps.openReceiver((query) => request.accept(query));
  const limit = new WaitLimit(deps.clock, signal);
  try {
    const { redirectUri } = await Promise.race([opening, limit.end]);
    const url = request.url(redirectUri);
    view.onUrl(url);
    void openPage(deps, url, () => {
      if (!limit.isDisposed) {
        view.onBrowserFailed(url);
      }
    });
    const answer = await Promise.race([request.answer, limit.end]);
    if (answer.kind === "error") {
      throw answer.error;
    }
    const { code } = answer;
    const { state, codeVerifier } = request;
    return { code, state, redirectUri, codeVerifier };
  } finally {
    limit.dispose();
    // However it ended, and though it may not be open yet. That it did not open has been thrown.
    opening.then(
      (receiver) => receiver.dispose(),
      () => {},
    );
  }
}

async function openPage(
  { openBrowser, log }: BrowserFlowDeps,
  url: string,
  onFailed: () => void,
): Promise<void> {
  const isOpen = await Promise.resolve()
    .then(() => openBrowser(url))
    .catch((error: unknown) => {
      log.warn(`The browser was not opened: ${messageOf(error)}`);
      return false;
    });
  if (!isOpen) {
    try {
      onFailed();
    } catch (error) {
      log.error(`Showing the page's address: ${messageOf(error)}`);
    }
  }
}

async function exchange(
  { api, clock, random, log }: BrowserFlowDeps,
  signal: AbortSignal,
  callback: CodeExchange,
): Promise<SignedIn> {
  for (let failures = 0; ; failures++) {
    const outcome = await api.exchangeCode(callback, signal);
    throwIfCancelled(signal);
    switch (outcome.kind) {
      case "signedIn":
        return outcome.signedIn;
      case "expired":
        throw new AppError("code-expired", "The server let the code expire");
      case "refused":
        throw new AppError("server-refused", outcome.detail);
      case "retryable":
        if (failures >= exchangeAttempts - 1) {
          throw new AppError("server-unreachable", outcome.detail);
        }
        log.warn(`The code was not exchanged: ${outcome.detail}`);
    }
    const jitterMs = fullJitterMs(failures, exchangeBackoff, random);
    await sleep(clock, leastExchangePauseMs + jitterMs, signal);
    throwIfCancelled(signal);
  }
}

type Answer =
  { kind: "code"; code: string } | { kind: "error"; error: AppError };

/** What one sign-in sends along, and by what it knows its answer. */
class AuthorizationRequest {
  readonly state: string;
  readonly codeVerifier: string;
  /** Settles with the one answer that belongs to this request. */
  readonly answer: Promise<Answer>;
  /** Undefined once it is answered: the state is good for one answer. */
  #give: ((answer: Answer) => void) | undefined;

  constructor(private readonly deps: BrowserFlowDeps) {
    // RFC 7636 section 4.1 recommends 32 random bytes; as a state they are beyond guessing, too.
    this.state = base64Url(deps.randomBytes(32));
    this.codeVerifier = base64Url(deps.randomBytes(32));
    this.answer = new Promise((resolve) => (this.#give = resolve));
  }

  url(redirectUri: string): string {
    const { agentId, api } = this.deps;
    const query = new URLSearchParams({
      redirect_uri: redirectUri,
      state: this.state,
      agent_id: agentId,
      code_challenge: base64Url(sha256(this.codeVerifier)),
      code_challenge_method: "S256",
    });
    return `${api.serverUrl}/connect?${query.toString()}`;
  }

  accept(query: URLSearchParams): CallbackVerdict {
    const state = onlyOne(query, "state");
    const code = onlyOne(query, "code");
    const error = onlyOne(query, "error");
    if (
      !this.#give ||
      !isSameSecret(state, this.state) ||
      (code === "" && error === "")
    ) {
      return "refused";
    }
    const give = this.#give;
    this.#give = undefined;
    if (error === "") {
      give({ kind: "code", code });
      return "accepted";
    }
    give({ kind: "error", error: failureOf(error) });
    return "denied";
  }
}

/** The wait's end without an answer: five minutes, or the user's word. */
class WaitLimit implements DisposableLike {
  readonly end: Promise<never>;
  #isDisposed = false;
  readonly #stop = new AbortController();

  constructor(clock: Clock, signal: AbortSignal) {
    this.end = this.#wait(clock, signal);
    // Nobody may be racing against it when it is over.
    this.end.catch(() => {});
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#stop.abort();
  }

  async #wait(clock: Clock, signal: AbortSignal): Promise<never> {
    await sleep(clock, waitMs, AbortSignal.any([signal, this.#stop.signal]));
    throwIfCancelled(signal);
    throw new AppError("browser-timeout", "No answer within five minutes");
  }
}

/** A parameter that is given twice is an ambiguity, and counts as missing. */
function onlyOne(query: URLSearchParams, name: string): string {
  const values = query.getAll(name);
  return values.length === 1 ? (values[0] ?? "") : "";
}

/** In a time that does not depend on where they differ; equally long digests hide the length too. */
function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other));
}

/** The word comes from outside; only what looks like one gets into the log. */
function failureOf(error: string): AppError {
  const word = /^[\w.-]{1,64}$/.test(error) ? error : "an error";
  return error === "access_denied"
    ? new AppError("code-denied", "The request was denied")
    : new AppError("server-refused", `The server's page said ${word}`);
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new AppError("cancelled", "Cancelled by the user");
  }
}

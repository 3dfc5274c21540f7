import { randomBytes } from "node:crypto";
import type {
  CodeExchange,
  ExchangeOutcome,
  SignedIn,
} from "../../src/auth/authApi";
import {
  type AcceptCallback,
  type BrowserFlowDeps,
  type CallbackReceiver,
  runBrowserFlow,
} from "../../src/auth/browserFlow";
import { AppError } from "../../src/base/errors";
import { nullLogger } from "../../src/base/log";
import { FakeClock } from "./fakeClock";

export const signedIn: SignedIn = {
  kind: "tokens",
  tokens: { accessToken: "a", refreshToken: "r", expiresInMs: 3_600_000 },
  user: { id: "u1", email: "ada@example.org" },
};

/** One run of the browser flow, with a browser and a server of the test's. */
export class BrowserSignIn {
  readonly clock = new FakeClock();
  readonly abort = new AbortController();
  readonly urls: string[] = [];
  readonly failedUrls: string[] = [];
  readonly exchanges: CodeExchange[] = [];
  readonly log: string[] = [];
  /** How often it settled: once is right. */
  ends = 0;
  result: SignedIn | undefined;
  error: unknown;
  /** How many receivers are open. */
  receivers = 0;
  #accept: AcceptCallback | undefined;

  constructor({
    exchange = () => ({ kind: "signedIn", signedIn }),
    openReceiver,
    openBrowser = () => Promise.resolve(true),
  }: {
    exchange?: (attempt: number) => ExchangeOutcome | Promise<ExchangeOutcome>;
    openReceiver?: BrowserFlowDeps["openReceiver"];
    openBrowser?: BrowserFlowDeps["openBrowser"];
  } = {}) {
    const note = (text: string) => this.log.push(text);
    const deps: BrowserFlowDeps = {
      api: {
        serverUrl: "https://example.org",
        exchangeCode: async (request) => {
          this.exchanges.push(request);
          return exchange(this.exchanges.length);
        },
      },
      openReceiver: openReceiver ?? ((accept) => this.#open(accept)),
      openBrowser,
      agentId: "agent-1",
      clock: this.clock,
      random: () => 0.5,
      randomBytes,
      log: { ...nullLogger, warn: note, error: note },
    };
    void runBrowserFlow(deps, this.abort.signal, {
      onUrl: (url) => this.urls.push(url),
      onBrowserFailed: (url) => this.failedUrls.push(url),
    })
      .then(
        (value) => (this.result = value),
        (error: unknown) => (this.error = error),
      )
      .finally(() => (this.ends += 1));
  }

  get failure(): string | undefined {
    return this.error instanceof AppError ? this.error.code : undefined;
  }

  /** What the page's address asks for. */
  get query(): URLSearchParams {
    return new URL(this.urls[0] ?? "http://none").searchParams;
  }

  get state(): string {
    return this.query.get("state") ?? "";
  }

  get redirectUri(): string {
    return this.query.get("redirect_uri") ?? "";
  }

  /** The browser comes back with this. */
  callback(query: Record<string, string> | string): string {
    return this.#accept?.(new URLSearchParams(query)) ?? "nobody";
  }

  #open(accept: AcceptCallback): Promise<CallbackReceiver> {
    this.#accept = accept;
    this.receivers += 1;
    return Promise.resolve({
      redirectUri: "http://127.0.0.1:4711/callback",
      dispose: () => (this.receivers -= 1),
    });
  }
}

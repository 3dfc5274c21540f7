import * as v from "valibot";
import { AppError } from "../base/errors";
import { validate } from "../protocol/validate";
import { type HttpDeps, type HttpOutcome, request } from "./http";

/** Signing out must not keep anyone waiting. */
const logoutTimeoutMs = 3_000;

/** RFC 8628 section 3.2: without an interval the client polls every 5 s. */
const defaultIntervalSeconds = 5;

/** Nobody waits longer for a poll; a timer's limit, beyond which it would run at once, is 24.8 days. */
const longestIntervalSeconds = 3_600;

const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(31_536_000));

/** It is opened as it is: nothing but a page may be opened because a server says so. */
const pageSchema = v.pipe(
  v.string(),
  v.check((text) => /^https?:\/\//i.test(text) && URL.canParse(text)),
);

/**
 * Sent back in a header or a body: printable ASCII only. What cannot be sent
 * would come back in the text of an error, and so into the log.
 */
export const secretSchema = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{1,8192}$/),
);

const deviceCodeSchema = v.object({
  device_code: secretSchema,
  user_code: v.string(),
  verification_uri: v.optional(pageSchema),
  /** Older servers' name for the same. */
  verification_url: v.optional(pageSchema),
  verification_uri_complete: v.optional(pageSchema),
  expires_in: seconds,
  interval: v.optional(
    v.pipe(seconds, v.maxValue(longestIntervalSeconds)),
    defaultIntervalSeconds,
  ),
});

const userSchema = v.object({
  id: v.union([v.string(), v.pipe(v.number(), v.transform(String))]),
  email: v.string(),
  name: v.nullish(v.string()),
});
const userAnswerSchema = v.object({ user: userSchema });

const refreshedSchema = v.object({
  access_token: secretSchema,
  refresh_token: secretSchema,
  expires_in: seconds,
});
const signedInSchema = v.object({
  ...refreshedSchema.entries,
  user: userSchema,
});

const apiKeySchema = v.object({
  api_key: secretSchema,
  user: v.nullish(userSchema),
});

const wordSchema = v.object({
  error: v.optional(v.string()),
  status: v.optional(v.string()),
});

export interface DeviceCode {
  deviceCode: string;
  userCode: string;
  verificationUri: string;
  /** With the code filled in, where the server offers it. */
  verificationUriComplete: string;
  expiresInMs: number;
  intervalMs: number;
}

export interface User {
  id: string;
  email: string;
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresInMs: number;
}

/** What a sign-in gives: tokens that are refreshed, or a key that lasts. */
export type SignedIn =
  | { kind: "tokens"; tokens: Tokens; user: User }
  | { kind: "apiKey"; apiKey: string; user?: User };

export type PollOutcome =
  | { kind: "signedIn"; signedIn: SignedIn }
  | { kind: "pending" | "slowDown" | "denied" | "expired" }
  /** The server has refused for good, in a word that is no part of the contract. */
  | { kind: "refused"; detail: string }
  | { kind: "retryable"; detail: string };

/** What the browser brought back, and what proves that it was asked for here (RFC 7636). */
export interface CodeExchange {
  code: string;
  state: string;
  redirectUri: string;
  codeVerifier: string;
}

export type ExchangeOutcome =
  | { kind: "signedIn"; signedIn: SignedIn }
  | { kind: "expired" }
  | { kind: "refused"; detail: string }
  | { kind: "retryable"; detail: string };

export type RefreshOutcome =
  | { kind: "refreshed"; tokens: Tokens }
  | { kind: "invalid" }
  | { kind: "retryable"; detail: string };

export type MeOutcome =
  | { kind: "user"; user: User }
  /** A base server has no such call. */
  | { kind: "unsupported" }
  | { kind: "unauthorized" }
  | { kind: "retryable"; detail: string };

/** The sign-in calls of the server contract (docs/server-contract.md), on one server. */
export class AuthApi {
  constructor(
    private readonly deps: HttpDeps,
    readonly serverUrl: string,
  ) {}

  /** Throws AppError `server-unreachable`, `not-json` or `server-refused`. */
  async requestDeviceCode(signal: AbortSignal): Promise<DeviceCode> {
    const answer = await this.#post("device-code", {}, { signal });
    const code = validate(deviceCodeSchema, successOf(answer));
    const page = code?.verification_uri ?? code?.verification_url;
    if (!code || page === undefined) {
      throw failureOf(answer);
    }
    return {
      deviceCode: code.device_code,
      userCode: code.user_code,
      verificationUri: page,
      verificationUriComplete: code.verification_uri_complete ?? page,
      expiresInMs: code.expires_in * 1000,
      intervalMs: code.interval * 1000,
    };
  }

  async pollDeviceToken(
    deviceCode: string,
    signal: AbortSignal,
  ): Promise<PollOutcome> {
    const answer = await this.#post(
      "device-token",
      { device_code: deviceCode },
      { signal },
    );
    const signedIn = signedInOf(answer);
    if (signedIn) {
      return { kind: "signedIn", signedIn };
    }
    const word = wordOf(answer);
    switch (word) {
      case "authorization_pending":
        return { kind: "pending" };
      case "slow_down":
        return { kind: "slowDown" };
      case "access_denied":
        return { kind: "denied" };
      case "expired_token":
      case "invalid_grant":
        return { kind: "expired" };
      default:
        // Servers have `status` words of their own for "not yet" (the contract).
        return isSuccess(answer) && word !== undefined && !hasError(answer)
          ? { kind: "pending" }
          : refusalOf(answer);
    }
  }

  /** The last step of signing in with the browser. */
  async exchangeCode(
    { code, state, redirectUri, codeVerifier }: CodeExchange,
    signal: AbortSignal,
  ): Promise<ExchangeOutcome> {
    const body = {
      ...{ code, state },
      ...{ redirect_uri: redirectUri, code_verifier: codeVerifier },
    };
    const answer = await this.#post("code-token", body, { signal });
    const signedIn = signedInOf(answer);
    if (signedIn) {
      return { kind: "signedIn", signedIn };
    }
    const word = wordOf(answer);
    return word === "invalid_grant" || word === "expired_token"
      ? { kind: "expired" }
      : refusalOf(answer);
  }

  async refresh(refreshToken: string): Promise<RefreshOutcome> {
    const answer = await this.#post("refresh", { refresh_token: refreshToken });
    const done = validate(refreshedSchema, successOf(answer));
    if (done) {
      return { kind: "refreshed", tokens: tokensOf(done) };
    }
    const isRefused =
      answer.kind === "json" &&
      (answer.status === 400 || answer.status === 401) &&
      answer.body["error"] === "invalid_grant";
    return isRefused
      ? { kind: "invalid" }
      : { kind: "retryable", detail: failureOf(answer).message };
  }

  /** Best effort: what the server says of it changes nothing here. */
  async logout(refreshToken: string): Promise<void> {
    await this.#post(
      "logout",
      { refresh_token: refreshToken },
      { timeoutMs: logoutTimeoutMs },
    );
  }

  async me(accessToken: string): Promise<MeOutcome> {
    const answer = await request(this.deps, {
      method: "GET",
      url: `${this.serverUrl}/api/v1/auth/me`,
      bearer: accessToken,
    });
    const me = validate(userAnswerSchema, successOf(answer));
    if (me) {
      return { kind: "user", user: userOf(me.user) };
    }
    if (answer.kind !== "unreachable" && answer.status === 404) {
      return { kind: "unsupported" };
    }
    return answer.kind === "json" && answer.status === 401
      ? { kind: "unauthorized" }
      : { kind: "retryable", detail: failureOf(answer).message };
  }

  #post(
    call: string,
    body: unknown,
    options: { signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<HttpOutcome> {
    const url = `${this.serverUrl}/api/v1/auth/${call}`;
    return request(this.deps, { method: "POST", url, body, ...options });
  }
}

function isSuccess(answer: HttpOutcome): boolean {
  return answer.kind === "json" && answer.status >= 200 && answer.status < 300;
}

function successOf(answer: HttpOutcome): unknown {
  return answer.kind === "json" && isSuccess(answer) ? answer.body : undefined;
}

function signedInOf(answer: HttpOutcome): SignedIn | undefined {
  const body = successOf(answer);
  const done = validate(signedInSchema, body);
  if (done) {
    return { kind: "tokens", tokens: tokensOf(done), user: userOf(done.user) };
  }
  const key = validate(apiKeySchema, body);
  return (
    key && {
      kind: "apiKey",
      apiKey: key.api_key,
      ...(key.user ? { user: userOf(key.user) } : {}),
    }
  );
}

/** The word in which a server says how things stand; of a failing server, none. */
function wordOf(answer: HttpOutcome): string | undefined {
  if (answer.kind !== "json" || answer.status >= 500) {
    return undefined;
  }
  const words = validate(wordSchema, answer.body);
  return words?.error ?? words?.status;
}

function hasError(answer: HttpOutcome): boolean {
  return answer.kind === "json" && typeof answer.body["error"] === "string";
}

/**
 * RFC 8628 section 3.5: a client stops at any error that it is not told to
 * outlast. What is no such error (no answer, a page, a 5xx, a busy server) is
 * tried again.
 */
function refusalOf(answer: HttpOutcome): {
  kind: "refused" | "retryable";
  detail: string;
} {
  const isBusy =
    answer.kind === "json" && (answer.status === 408 || answer.status === 429);
  const isFinal =
    answer.kind === "json" &&
    answer.status < 500 &&
    hasError(answer) &&
    !isBusy;
  const { message } = failureOf(answer);
  return { kind: isFinal ? "refused" : "retryable", detail: message };
}

function failureOf(answer: HttpOutcome): AppError {
  switch (answer.kind) {
    case "unreachable":
      return new AppError("server-unreachable", answer.detail);
    case "notJson":
      return new AppError("not-json", `No JSON in an answer ${answer.status}`);
    case "json":
      return new AppError("server-refused", `The server said ${answer.status}`);
  }
}

function tokensOf(answer: v.InferOutput<typeof refreshedSchema>): Tokens {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    expiresInMs: answer.expires_in * 1000,
  };
}

function userOf(user: v.InferOutput<typeof userSchema>): User {
  return { id: user.id, email: user.email };
}

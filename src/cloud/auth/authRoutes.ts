import * as v from "valibot";
import { readJsonBody } from "../http/body";
import type { CloudRequest, Reply, Route } from "../http/exchange";
import { errorReply, jsonReply } from "../http/replies";
import type { Faults } from "../faults";
import type { User } from "../store/store";
import {
  type AuthorizationCodes,
  maxRedirectUriLength,
} from "./authorizationCodes";
import { authenticate } from "./bearer";
import type { DeviceCodes, PollOutcome } from "./deviceCodes";
import type { Lifetimes } from "./lifetimes";
import type { Tokens } from "./tokens";

export interface AuthRoutesDeps {
  readonly deviceCodes: DeviceCodes;
  readonly authorizationCodes: AuthorizationCodes;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly lifetimes: Lifetimes;
}

const secret = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
const anything = v.object({});
const deviceTokenBody = v.object({ device_code: secret });
const refreshBody = v.object({ refresh_token: secret });
const logoutBody = v.union([refreshBody, v.object({ api_key: secret })]);
const codeTokenBody = v.object({
  code: secret,
  state: secret,
  redirect_uri: v.pipe(v.string(), v.maxLength(maxRedirectUriLength)),
  /** RFC 7636 section 4.1. */
  code_verifier: v.pipe(v.string(), v.regex(/^[\w.~-]{43,128}$/)),
});

/** The sign-in calls under /api/v1/auth. */
export function authRoutes(deps: AuthRoutesDeps): Route[] {
  const { deviceCodes, tokens, faults } = deps;
  return [
    post("device-code", anything, (_, request) =>
      deviceCodeReply(deps, request),
    ),
    post("device-token", deviceTokenBody, (body, { path }) => {
      const isTooEarly = faults.take(path, ["slow_down"]) !== undefined;
      return pollReply(deviceCodes.poll(body.device_code, isTooEarly));
    }),
    post("code-token", codeTokenBody, (body) =>
      codeTokenReply(deps.authorizationCodes, body),
    ),
    post("refresh", refreshBody, (body) => {
      const answer = tokens.refresh(body.refresh_token);
      return answer ? jsonReply(200, answer) : invalidGrant();
    }),
    post("logout", logoutBody, (body) => {
      if ("api_key" in body) {
        tokens.revoke(body.api_key, "access");
      } else {
        tokens.revoke(body.refresh_token, "refresh");
      }
      return jsonReply(200, {});
    }),
    {
      method: "GET",
      path: "/api/v1/auth/me",
      handle: (request) => {
        const sender = authenticate(request, tokens);
        return "user" in sender
          ? jsonReply(200, { user: wireUser(sender.user) })
          : sender.reply;
      },
    },
  ];
}

function post<T>(
  call: string,
  schema: v.GenericSchema<unknown, T>,
  handle: (body: T, request: CloudRequest) => Reply,
): Route {
  return {
    method: "POST",
    path: `/api/v1/auth/${call}`,
    handle: (request) => {
      const body = readJsonBody(request, schema);
      return body.ok ? handle(body.value, request) : body.reply;
    },
  };
}

function deviceCodeReply(
  { deviceCodes, lifetimes }: AuthRoutesDeps,
  { host }: CloudRequest,
): Reply {
  const { deviceCode, userCode } = deviceCodes.start();
  // The host that the client knows the server by is the one that its browser will reach it by.
  const page = `http://${host}/device`;
  return jsonReply(200, {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: page,
    verification_uri_complete: `${page}?user_code=${userCode}`,
    expires_in: lifetimes.deviceCodeSeconds,
    interval: lifetimes.intervalSeconds,
  });
}

function pollReply(outcome: PollOutcome): Reply {
  return outcome.kind === "done"
    ? jsonReply(200, { ...outcome.tokens, user: wireUser(outcome.user) })
    : jsonReply(400, { error: outcome.kind });
}

function codeTokenReply(
  codes: AuthorizationCodes,
  body: v.InferOutput<typeof codeTokenBody>,
): Reply {
  const { code, state } = body;
  const { redirect_uri: redirectUri, code_verifier: codeVerifier } = body;
  const redeemed = codes.redeem({ code, state, redirectUri, codeVerifier });
  // Which part did not fit stays untold: it would help only who guesses.
  return redeemed
    ? jsonReply(200, {
        ...redeemed.credential,
        user: wireUser(redeemed.user),
      })
    : invalidGrant();
}

function invalidGrant(): Reply {
  return errorReply(400, "invalid_grant", "Sign in again.");
}

function wireUser({ id, email }: User) {
  return { id, email };
}

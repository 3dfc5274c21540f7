import * as v from "valibot";
import { validate } from "../../protocol/validate";
import type { AuthorizationCodes } from "../auth/authorizationCodes";
import type { RandomBytes } from "../auth/secrets";
import type { CloudRequest, Reply, Route } from "../http/exchange";
import { isFromOwnPage } from "../http/guard";
import { errorReply } from "../http/replies";
import { connectPage } from "./connectPage";
import {
  connectParameters,
  type ConnectRequest,
  parseConnectRequest,
} from "./connectRequest";
import type { FormTokens } from "./formTokens";
import { pageReply } from "./page";
import { foreignReturnPage, stalePage, wrongAddressPage } from "./resultPages";
import { emailProblem, parseEmail } from "./signInAs";

export interface ConnectRoutesDeps {
  readonly authorizationCodes: AuthorizationCodes;
  readonly formTokens: FormTokens;
  readonly randomBytes: RandomBytes;
  /** What "Sign in as" is filled with. */
  readonly suggestedEmail: string;
}

const formSchema = v.object({
  form_token: v.string(),
  answer: v.picklist(["allow", "deny"]),
  email: v.optional(v.string(), ""),
});
type Form = v.InferOutput<typeof formSchema>;

/**
 * /connect: where the browser's sign-in begins and is answered. The answer is
 * a redirect to the client, and only ever to one on this machine.
 */
export function connectRoutes(deps: ConnectRoutesDeps): Route[] {
  const path = "/connect";
  return [
    { method: "GET", path, handle: (request) => visit(deps, request) },
    { method: "POST", path, handle: (request) => submit(deps, request) },
  ];
}

function visit(deps: ConnectRoutesDeps, { query }: CloudRequest): Reply {
  return withRequest(deps, query, (request) =>
    ask(deps, request, deps.suggestedEmail),
  );
}

function submit(deps: ConnectRoutesDeps, { headers, body }: CloudRequest) {
  if (!isFromOwnPage(headers)) {
    const message = "This form takes answers from its own page only.";
    return errorReply(403, "cross_site", message);
  }
  const fields = new URLSearchParams(body.toString("utf8"));
  return withRequest(deps, fields, (request) => {
    const form = validate(formSchema, Object.fromEntries(fields));
    if (!form) {
      const message = "The form lacks a field.";
      return errorReply(400, "invalid_request", message);
    }
    if (!deps.formTokens.take(form.form_token, addressOf(request))) {
      return pageReply(stalePage(addressOf(request)), deps.randomBytes);
    }
    return answer(deps, request, form);
  });
}

/** Nothing is redirected before the request is known to be good: what is wrong with it is said on a page. */
function withRequest(
  { randomBytes }: ConnectRoutesDeps,
  parameters: URLSearchParams,
  handle: (request: ConnectRequest) => Reply,
): Reply {
  const parsed = parseConnectRequest(parameters);
  switch (parsed.kind) {
    case "good":
      return handle(parsed.request);
    case "foreign-return":
      return pageReply(foreignReturnPage(), randomBytes);
    case "wrong-parameter":
      return pageReply(wrongAddressPage(parsed.name), randomBytes);
  }
}

function ask(
  { formTokens, randomBytes }: ConnectRoutesDeps,
  request: ConnectRequest,
  email: string,
  problem?: string,
): Reply {
  const formToken = formTokens.issue(addressOf(request));
  const page = connectPage({ request, email, formToken, problem });
  return pageReply(page, randomBytes);
}

function answer(
  deps: ConnectRoutesDeps,
  request: ConnectRequest,
  form: Form,
): Reply {
  if (form.answer === "deny") {
    return redirect(request, { error: "access_denied" });
  }
  const email = parseEmail(form.email);
  return email === undefined
    ? ask(deps, request, form.email, emailProblem)
    : redirect(request, {
        code: deps.authorizationCodes.issue(email, request),
      });
}

/** The page's own address: what a form token is good for, and what opens the page again. */
function addressOf(request: ConnectRequest): string {
  return `connect?${new URLSearchParams(connectParameters(request)).toString()}`;
}

/** 303: the browser goes on with a GET, and takes nothing of the form along. */
function redirect(
  { returnTo, state }: ConnectRequest,
  result: Record<string, string>,
): Reply {
  const target = new URL(returnTo);
  for (const [name, value] of Object.entries({ ...result, state })) {
    target.searchParams.set(name, value);
  }
  return { status: 303, headers: { location: target.href }, body: "" };
}

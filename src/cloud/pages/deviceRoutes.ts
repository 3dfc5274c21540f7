import * as v from "valibot";
import { validate } from "../../protocol/validate";
import type { DeviceCodes, UserCodeState } from "../auth/deviceCodes";
import { parseUserCode, type RandomBytes } from "../auth/secrets";
import type { CloudRequest, Reply, Route } from "../http/exchange";
import { isFromOwnPage } from "../http/guard";
import { errorReply } from "../http/replies";
import { confirmPage, enterCodePage } from "./devicePages";
import type { FormTokens } from "./formTokens";
import { type Page, pageReply } from "./page";
import {
  answeredPage,
  approvedPage,
  deniedPage,
  expiredPage,
  stalePage,
  tooManyCodesPage,
} from "./resultPages";
import { emailProblem, parseEmail } from "./signInAs";
import type { WrongCodes } from "./wrongCodes";

export interface DeviceRoutesDeps {
  readonly deviceCodes: DeviceCodes;
  readonly formTokens: FormTokens;
  readonly wrongCodes: WrongCodes;
  readonly randomBytes: RandomBytes;
  /** What "Sign in as" is filled with. */
  readonly suggestedEmail: string;
}

const formSchema = v.object({
  form_token: v.string(),
  user_code: v.string(),
  answer: v.picklist(["approve", "deny"]),
  email: v.optional(v.string(), ""),
});
type Form = v.InferOutput<typeof formSchema>;

/** /device: where someone types or confirms the code that the editor shows. */
export function deviceRoutes(deps: DeviceRoutesDeps): Route[] {
  const path = "/device";
  const show = (page: Page) => pageReply(page, deps.randomBytes);
  return [
    { method: "GET", path, handle: (request) => show(visit(deps, request)) },
    {
      method: "POST",
      path,
      handle: (request) => submit(deps, request, show),
    },
  ];
}

function visit(deps: DeviceRoutesDeps, { query }: CloudRequest): Page {
  const typed = query.get("user_code");
  if (typed === null || typed === "") {
    return enterCodePage();
  }
  if (deps.wrongCodes.isLimited) {
    return tooManyCodesPage();
  }
  const userCode = parseUserCode(typed);
  const state = userCode ? deps.deviceCodes.state(userCode) : "unknown";
  if (userCode && state === "pending") {
    return confirmPage({
      userCode,
      email: deps.suggestedEmail,
      formToken: deps.formTokens.issue(userCode),
    });
  }
  if (state === "unknown") {
    deps.wrongCodes.add();
  }
  return deadCodePage(state, typed);
}

function submit(
  deps: DeviceRoutesDeps,
  request: CloudRequest,
  show: (page: Page) => Reply,
): Reply {
  if (!isFromOwnPage(request.headers)) {
    const message = "This form takes answers from its own page only.";
    return errorReply(403, "cross_site", message);
  }
  const fields = new URLSearchParams(request.body.toString("utf8"));
  const form = validate(formSchema, Object.fromEntries(fields));
  const userCode = form && parseUserCode(form.user_code);
  if (!form || !userCode) {
    const message = "The form lacks a field.";
    return errorReply(400, "invalid_request", message);
  }
  if (!deps.formTokens.take(form.form_token, userCode)) {
    return show(stalePage(`device?user_code=${userCode}`));
  }
  return show(answer(deps, userCode, form));
}

function answer(deps: DeviceRoutesDeps, userCode: string, form: Form): Page {
  const { deviceCodes, formTokens } = deps;
  if (form.answer === "deny") {
    const before = deviceCodes.deny(userCode);
    return before === "pending" ? deniedPage() : deadCodePage(before, userCode);
  }
  const email = parseEmail(form.email);
  if (email === undefined) {
    return confirmPage({
      userCode,
      email: form.email,
      formToken: formTokens.issue(userCode),
      problem: emailProblem,
    });
  }
  const before = deviceCodes.approve(userCode, email);
  return before === "pending"
    ? approvedPage(email)
    : deadCodePage(before, userCode);
}

/** The page for a code that cannot be answered (any more). */
function deadCodePage(
  state: Exclude<UserCodeState, "pending"> | "pending",
  typed: string,
): Page {
  switch (state) {
    case "expired":
      return expiredPage();
    case "answered":
      return answeredPage();
    case "pending":
    case "unknown":
      return enterCodePage({
        status: 404,
        typed,
        sentence:
          "There is no such code. Compare it with the one that VS Code shows.",
      });
  }
}

import * as v from "valibot";
import { validate } from "../../protocol/validate";
import { type Html, html } from "./html";

/**
 * Loose on purpose: `root@localhost` is what most people sign in as, and the
 * address is only a name here.
 */
const emailSchema = v.pipe(
  v.string(),
  v.trim(),
  v.toLowerCase(),
  v.maxLength(254),
  v.regex(/^[^\s@\p{C}]+@[^\s@\p{C}]+$/u),
);

/** What is said about an address that `parseEmail` does not take. */
export const emailProblem = "Write it like a mail address: name@localhost.";

/** The address as it is stored, or undefined when it is none. */
export function parseEmail(typed: string): string | undefined {
  return validate(emailSchema, typed);
}

/** The field that says as whom; `problem` is what was wrong with the address that was sent. */
export function signInAs(email: string, problem: string | undefined): Html {
  return html`<label for="email">Sign in as</label>
    <input
      id="email"
      name="email"
      type="email"
      value="${email}"
      required
      maxlength="254"
      autocomplete="email"
      spellcheck="false"
      aria-describedby="email-problem email-hint"
      ${invalid(problem)}
    />
    ${problemText("email-problem", problem)}
    <p class="hint" id="email-hint">
      Nothing is mailed. The server keeps the events of each name apart.
    </p>`;
}

/** Marks the field whose problem `problemText` says. */
export function invalid(problem: unknown): Html | undefined {
  return problem === undefined ? undefined : html`aria-invalid="true"`;
}

export function problemText(
  id: string,
  problem: string | undefined,
): Html | undefined {
  return problem === undefined
    ? undefined
    : html`<p class="problem" id="${id}" role="alert">${problem}</p>`;
}

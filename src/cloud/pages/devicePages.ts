import { html } from "./html";
import type { Page } from "./page";
import { invalid, problemText, signInAs } from "./signInAs";

/** Asks for the code, when the address does not bring it; `problem` says what was wrong with the last one. */
export function enterCodePage(problem?: {
  status: number;
  sentence: string;
  typed: string;
}): Page {
  return {
    status: problem?.status ?? 200,
    title: "Enter the code",
    name: problem ? "unknown" : "enter",
    main: html`<main>
      <h1>Enter the code</h1>
      <p class="quiet">VS Code shows it while it waits for you.</p>
      <form class="ask" method="get" action="device">
        <label for="user-code">Code</label>
        <input
          class="typed-code"
          id="user-code"
          name="user_code"
          value="${problem?.typed.slice(0, 20)}"
          placeholder="XXXX-XXXX"
          required
          maxlength="20"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          aria-describedby="code-problem"
          ${invalid(problem)}
        />
        ${problemText("code-problem", problem?.sentence)}
        <div class="buttons">
          <button class="primary" type="submit">Continue</button>
        </div>
      </form>
    </main>`,
  };
}

export interface Confirmation {
  readonly userCode: string;
  readonly email: string;
  readonly formToken: string;
  /** What was wrong with the address that was sent. */
  readonly problem?: string;
}

/** Asks whether the editor that shows this code may sign in, and as whom. */
export function confirmPage(ask: Confirmation): Page {
  const { userCode, email, formToken, problem } = ask;
  return {
    status: problem === undefined ? 200 : 400,
    title: "Approve this sign-in",
    name: "confirm",
    main: html`<main>
      <h1>Approve this sign-in?</h1>
      <p class="quiet">
        <strong>VS Code on this machine</strong> asks to sign in. Approve only
        if it shows this same code.
      </p>
      <output class="code" id="user-code" aria-label="${spelled(userCode)}"
        >${userCode}</output
      >
      <form method="post" action="device">
        <input type="hidden" name="form_token" value="${formToken}" />
        <input type="hidden" name="user_code" value="${userCode}" />
        ${signInAs(email, problem)}
        <div class="buttons">
          <button class="primary" name="answer" value="approve">Approve</button>
          <button name="answer" value="deny" formnovalidate>Deny</button>
        </div>
      </form>
    </main>`,
  };
}

/** Screen readers say the letters one by one. */
function spelled(userCode: string): string {
  return `Code: ${userCode.replace("-", "").replaceAll(/\B/g, " ")}`;
}

import { type ConnectRequest, connectParameters } from "./connectRequest";
import { type Html, html } from "./html";
import type { Page } from "./page";
import { signInAs } from "./signInAs";

export interface ConnectAsk {
  readonly request: ConnectRequest;
  readonly email: string;
  readonly formToken: string;
  /** What was wrong with the address that was sent. */
  readonly problem?: string | undefined;
}

/** Asks whether the editor that opened the browser may sign in, and as whom. */
export function connectPage(ask: ConnectAsk): Page {
  const { request, email, formToken, problem } = ask;
  const hidden = Object.entries({
    form_token: formToken,
    ...connectParameters(request),
  });
  return {
    status: problem === undefined ? 200 : 400,
    title: "Allow this sign-in",
    name: "connect",
    formLeadsTo: sourceOf(request.returnTo),
    main: html`<main>
      <h1>Allow this sign-in?</h1>
      <p class="quiet">
        <strong>VS Code on this machine</strong> asks to sign in. Allow it only
        if you have just started this there.
      </p>
      <dl class="facts">
        <div>
          <dt>Installation</dt>
          <dd><code>${shortened(request.agentId)}</code></dd>
        </div>
        <div>
          <dt>It may</dt>
          <dd>Deliver events in your name</dd>
        </div>
        <div>
          <dt>Returns to</dt>
          <dd><code>${placeOf(request.returnTo)}</code></dd>
        </div>
      </dl>
      <form method="post" action="connect">
        ${hidden.map(
          ([name, value]) =>
            html`<input type="hidden" name="${name}" value="${value}" />`,
        )}
        ${signInAs(email, problem)}
        <div class="buttons">
          <button class="primary" name="answer" value="allow">Allow</button>
          <button name="answer" value="deny" formnovalidate>Deny</button>
        </div>
      </form>
    </main>`,
  };
}

/** Enough of the installation's id to compare. */
function shortened(agentId: string): string {
  return agentId.length > 8 ? `${agentId.slice(0, 8)}…` : agentId;
}

/** The host of a page on this machine; of an editor its scheme too, as the host says nothing. It may break in between. */
function placeOf({ protocol, host }: URL): Html {
  return protocol === "http:"
    ? html`${host}`
    : html`${protocol}//<wbr />${host}`;
}

/**
 * The redirect that follows the form as a source of a Content-Security-Policy:
 * Chromium holds `form-action` against redirects too
 * (w3c/webappsec-csp issue 8). An IPv6 address cannot be a source.
 */
function sourceOf({ protocol, hostname, origin }: URL): string {
  return protocol === "http:" && !hostname.startsWith("[") ? origin : protocol;
}

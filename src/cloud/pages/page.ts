import { randomToken, type RandomBytes } from "../auth/secrets";
import type { Reply } from "../http/exchange";
import { Html, html } from "./html";
import { stylesheet } from "./stylesheet";

export interface Page {
  readonly status: number;
  readonly title: string;
  /** A word for tests, in `data-page` of the body. */
  readonly name: string;
  readonly main: Html;
  /** Where the answer to the page's form redirects, as a CSP source, if it leaves this server. */
  readonly formLeadsTo?: string;
}

/** The whole page as an answer: one file, no script, nothing loaded from anywhere. */
export function pageReply(page: Page, randomBytes: RandomBytes): Reply {
  const nonce = randomToken(randomBytes);
  const formAction = ["'self'", page.formLeadsTo ?? []].flat().join(" ");
  return {
    status: page.status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`,
      "cross-origin-opener-policy": "same-origin",
    },
    body: layout(page, nonce).text,
  };
}

function layout({ title, name, main }: Page, nonce: string): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} · Failproof</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <style nonce="${nonce}">
          ${new Html(stylesheet)}
        </style>
      </head>
      <body data-page="${name}">
        <header>
          <div class="wordmark">${mark} Failproof</div>
          <div class="where">Local server on this machine</div>
        </header>
        ${main}
        <footer>
          What this server receives stays in a folder on this machine. It sends
          nothing anywhere.
        </footer>
      </body>
    </html>`;
}

const mark = html`<svg viewBox="0 0 24 24" fill="none" aria-hidden="true">
  <path
    d="M12 2.5 4.5 5.3v6c0 4.7 3.1 8.2 7.5 10.2 4.4-2 7.5-5.5 7.5-10.2v-6z"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linejoin="round"
  />
  <path
    d="m8.4 11.9 2.6 2.6 4.7-5"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
  />
</svg>`;

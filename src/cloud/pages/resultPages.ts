import { type Html, html } from "./html";
import type { Page } from "./page";

export function approvedPage(email: string): Page {
  return result({
    name: "approved",
    badge: goodBadge,
    heading: "You are signed in.",
    sentence: "You can close this window.",
    more: html`<p class="quiet">
      VS Code goes on by itself, as <strong>${email}</strong>.
    </p>`,
  });
}

export function deniedPage(): Page {
  return result({
    name: "denied",
    badge: badBadge,
    heading: "Denied.",
    sentence: "Nobody was signed in. You can close this window.",
    more: startAgain,
  });
}

export function expiredPage(): Page {
  return result({
    name: "expired",
    status: 410,
    badge: clockBadge,
    heading: "This code has expired.",
    sentence:
      "Run Failproof: Sign In in VS Code again: it shows a new code and opens this page for it.",
  });
}

/** For a code that was approved or denied before, from this window or another. */
export function answeredPage(): Page {
  return result({
    name: "answered",
    status: 409,
    badge: clockBadge,
    heading: "This code has been answered.",
    sentence:
      "Each code works once. If VS Code is not signed in, run Failproof: Sign In there again.",
  });
}

/** For a form that was sent twice, or that a restart of the server has outlived; `address` opens its page again. */
export function stalePage(address: string): Page {
  return result({
    name: "stale",
    status: 403,
    badge: clockBadge,
    heading: "This page is out of date.",
    sentence: "Nothing has been changed. Open it again to answer.",
    more: html`<div class="buttons">
      <a class="button" href="${address}">Open again</a>
    </div>`,
  });
}

/** For a sign-in whose answer would be sent away from this machine: never a redirect. */
export function foreignReturnPage(): Page {
  return result({
    name: "foreign-return",
    status: 400,
    badge: badBadge,
    heading: "This sign-in leads elsewhere.",
    sentence:
      "Its answer would not go to an editor on this machine, so nothing was sent. You can close this window.",
    more: startAgain,
  });
}

/** For an address that Failproof did not make, or that lost something on its way; `parameter` is what is wrong. */
export function wrongAddressPage(parameter: string): Page {
  return result({
    name: "wrong-address",
    status: 400,
    badge: badBadge,
    heading: "This address is not complete.",
    sentence: "Nobody was signed in. You can close this window.",
    more: html`${startAgain}
      <p class="hint">Missing or wrong:<br /><code>${parameter}</code></p>`,
  });
}

export function tooManyCodesPage(): Page {
  return result({
    name: "too-many",
    status: 429,
    badge: clockBadge,
    heading: "Too many wrong codes.",
    sentence: "Wait a minute, then try again.",
  });
}

export function landingPage(): Page {
  return result({
    name: "landing",
    badge: goodBadge,
    heading: "The server is running.",
    sentence:
      "Failproof for VS Code signs in here and delivers its events here.",
    more: html`<p class="quiet">
        There is nothing to look at. To sign in, run
        <strong>Failproof: Sign In</strong> in VS Code.
      </p>
      <div class="buttons">
        <a class="button" href="device">Enter a code</a>
      </div>`,
  });
}

const startAgain = html`<p class="quiet">
  To sign in after all, run <strong>Failproof:&nbsp;Sign&nbsp;In</strong> in VS
  Code again.
</p>`;

interface Result {
  readonly name: string;
  readonly status?: number;
  readonly badge: Html;
  readonly heading: string;
  readonly sentence: string;
  readonly more?: Html;
}

function result({
  name,
  status,
  badge,
  heading,
  sentence,
  more,
}: Result): Page {
  return {
    status: status ?? 200,
    title: heading.replace(/\.$/, ""),
    name,
    main: html`<main class="result">
      ${badge}
      <h1>${heading}</h1>
      <p>${sentence}</p>
      ${more}
    </main>`,
  };
}

function badge(tone: string, path: string): Html {
  return html`<div class="badge ${tone}" aria-hidden="true">
    <svg viewBox="0 0 24 24" fill="none">
      <path
        d="${path}"
        stroke="currentColor"
        stroke-width="2.2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  </div>`;
}

const goodBadge = badge("good", "m5 12.8 4.6 4.7L19 7.5");
const badBadge = badge("bad", "M6.5 6.5l11 11m0-11-11 11");
const clockBadge = badge(
  "",
  "M12 7v5.2l3.4 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
);

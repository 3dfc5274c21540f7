import { createHash } from "node:crypto";
import type { CallbackVerdict } from "./browserFlow";

interface CallbackPage {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const style = `
:root { color-scheme: light dark; --back: #f8f8f8; --card: #fff; --line: #e5e5e5; --text: #3b3b3b; --title: #1f1f1f; }
@media (prefers-color-scheme: dark) { :root { --back: #181818; --card: #1f1f1f; --line: #2b2b2b; --text: #ccc; --title: #fff; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text); font: 14px/1.5 system-ui, "Segoe UI", sans-serif; }
main { max-width: 26em; margin: 1em; padding: 2em 2.5em; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
h1 { margin: 0 0 .5em; font-size: 1.4em; font-weight: 600; color: var(--title); }
p { margin: 0; }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** It runs nothing, loads nothing, is kept nowhere, and tells nobody where it was. */
const headers = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** What the browser shows at the end. Fixed texts: nothing of the request is in them. */
export const callbackPages: Readonly<Record<CallbackVerdict, CallbackPage>> = {
  accepted: page(
    200,
    "Back to your editor",
    "Failproof has the server's answer and finishes signing in. You can close this window.",
  ),
  denied: page(
    200,
    "Not signed in",
    "The sign-in was not approved. You can close this window.",
  ),
  refused: page(
    400,
    "No sign-in waits for this",
    "This page belongs to another sign-in, or to one that is over. You can close this window.",
  ),
};

function page(status: number, title: string, text: string): CallbackPage {
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Failproof: ${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
</main>
</body>
</html>
`;
  return { status, headers, body };
}

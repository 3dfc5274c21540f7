import { looksBrokenOff, looksSecret, redactedMark } from "./secretLooks";

/** One kind of secret, and where to look for it. */
export interface SecretShape {
  /**
   * What a text has somewhere if it holds such a secret, lower case, one of
   * them; looked for first, because it costs a hundredth of the pattern.
   */
  signs: readonly string[];
  /**
   * Linear in the length of the text, whoever wrote it: it begins with a
   * literal or a class that is followed by bounded parts only, so that no
   * start position looks further than a constant; or its run stops at a
   * character that the next start position needs.
   */
  pattern: RegExp;
  /** What takes a match's place; the mark alone unless told. */
  replace?: (match: string, ...groups: (string | undefined)[]) => string;
}

/** What stands between a name and its value, also when escaped for JSON or a URL. */
const space = "(?:[ \\t]|%20|\\+){0,4}";
const quote = "(?:\\\\{0,3}[\"']|%22|%27)?";
const equals = `${quote}${space}(?:=>|:=|[=:]|%3[dDaA])${space}`;
/** A bare value, up to what ends one in a shell, a URL, JSON or YAML. */
const bare =
  "(?:[^\\s\"'`&,;\\\\%<>]|%(?!2[0267cC]|3[bB]|0[aAdD])|[\\\\](?![\"'nrt\\\\])){1,1024}";
/** Up to the quote that opened it; the four kinds of quote are named, so that none looks for another's. */
const quoted =
  "(\\\\{0,3}[\"'])[^\\r\\n\"'\\\\]{1,512}(?=\\\\{0,3}[\"'])|(%22|%27)[^\\s%]{1,512}(?=%2[27])";

function keepName(match: string, name = ""): string {
  return keepStart(match, name, "");
}

function keepNameAndQuote(
  match: string,
  name = "",
  open1?: string,
  open2?: string,
): string {
  return keepStart(match, name, open1 ?? open2 ?? "");
}

function keepStart(match: string, name: string, open: string): string {
  const start = name + open;
  const value = match.slice(start.length);
  return looksSecret(value, { name, isQuoted: open !== "" })
    ? start + redactedMark
    : match;
}

/** The end of a Mailchimp key. */
const datacenters = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => `-us${digit}`);

export const secretShapes: readonly SecretShape[] = [
  // A block that was cut off is a secret as well, up to the end of the text; for one that has lost its beginning see keyTails.ts.
  {
    signs: ["private key"],
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  // A JSON Web Token: the first part is base64url of `{"`.
  {
    signs: ["eyj"],
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}/g,
  },
  // Tokens that are known by a mark in their middle or at their end: Azure AD, Telegram, Mailchimp, Terraform.
  {
    signs: ["8q~", ":aa", "%3aaa", ".atlasv1.", ...datacenters],
    pattern: new RegExp(
      `(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))(?:[A-Za-z0-9]{3}8Q~[A-Za-z0-9_~.-]{30,}|[0-9]{8,10}(?::|%3[aA])AA[A-Za-z0-9_-]{30,}|[a-f0-9]{32}-us[0-9]{1,2}|[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{30,})`,
      "g",
    ),
  },
  // Slack's, Discord's and Teams' webhooks: the path is the secret.
  {
    signs: ["hooks.slack.com", "/api/webhooks", "webhook.office.com"],
    pattern:
      /(hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/webhooks\/|webhook\.office\.com\/webhookb2\/)[A-Za-z0-9/@_-]+/g,
    replace: (_, place) => `${place}${redactedMark}`,
  },
  // user:password@ of any URL, databases above all.
  {
    signs: ["://", "%3a%2f%2f"],
    pattern:
      /((?::\/\/|%3[aA]%2[fF]%2[fF])(?:[^\s/?#:@"'<>%]|%(?!3[aA]|40|2[fF])){0,256}(?::|%3[aA]))(?!\[redacted\])[^\s/"'<>@]{1,512}(?=@|%40)/g,
    replace: (_, place) => `${place}${redactedMark}`,
  },
  // Credentials of an Authorization header; a Bearer value may hold "/", "+" and "=".
  {
    signs: ["bearer", "basic"],
    pattern:
      /((?<![A-Za-z0-9])(?:bearer|basic)(?:\s|%20|\+){1,8})(?:[A-Za-z0-9._~+/=-]|%2[bBfF]|%3[dD]){8,}/gi,
    replace: keepName,
  },
  {
    signs: ["authorization"],
    pattern: new RegExp(
      `(authorization${equals}${quote}(?:(?:bearer|basic|token|digest|apikey|aws4-hmac-sha256)(?:\\s|%20|\\+){1,4})?)(?!\\[redacted\\])[^\\r\\n"'\\\\\`]{8,1024}`,
      "gi",
    ),
    replace: keepName,
  },
  {
    signs: ["cookie"],
    pattern: new RegExp(
      `(cookie${quote}${space}[:=]${space}${quote})(?!\\[redacted\\])[^\\s=]{1,128}=[^\\r\\n"'\\\\\`]{4,2048}`,
      "gi",
    ),
    replace: (_, name) => `${name}${redactedMark}`,
  },
  // key=value, key: value, "key": "value", key%3Dvalue for keys that say that they are secret.
  {
    signs: ["pass", "pwd"],
    pattern: new RegExp(
      `((?:passw(?:or)?d|passphrase|pwd|(?<![a-z])pass)[\\w-]{0,32}${equals})(?:${quoted}|${bare})`,
      "gi",
    ),
    replace: keepNameAndQuote,
  },
  {
    signs: ["secret", "token", "key", "credential", "sig=", "signature="],
    pattern: new RegExp(
      `((?:secret|token|(?:api|access|private|account|auth|client|sign(?:ing)?|encrypt(?:ion)?|master|session|subscription|license|service|shared|ssh|storage|deploy)[_-]?key|credential|[?&](?:sig|x-amz-signature))s?(?:[_.-]?(?:access|api|key|value|base|id|hash|string|data|v?[0-9])[\\w-]{0,24}|[_-](?!name|type|count|limit|path|file|url|uri|ref|ttl|expir|length|size|budget|usage|max|min)[\\w-]{1,32})?${equals})(?:${quoted}|${bare})`,
      "gi",
    ),
    replace: keepNameAndQuote,
  },
  // --password x, --token x; curl -u user:password.
  {
    signs: ["--"],
    pattern: new RegExp(
      `(--[a-z-]{0,24}(?:password|passwd|passphrase|pass|token|secret|api-key|access-key|auth-key|private-key)\\s{1,4})(?!--)(?:${quoted}|${bare})`,
      "gi",
    ),
    replace: keepNameAndQuote,
  },
  {
    signs: ["curl", "wget", "http"],
    pattern:
      /((?:\s-u|--user|--proxy-user)[ =]{1,2}["']?[^\s:"'/]{1,64}:)(?!\[redacted\])[^\s"'/]{1,256}/g,
    replace: (_, place) => `${place}${redactedMark}`,
  },
  // The rest of a secret that was broken off at the end of a line.
  {
    signs: ["[redacted]"],
    pattern:
      /(\[redacted\](?:\\?\r?\n|\\n|\\r\\n)[ \t]{0,8})([A-Za-z0-9+/=_-]{8,512})(?![^\s"'\\,;)}\]])/g,
    replace: (match, place, run = "") =>
      looksBrokenOff(run) ? `${place}${redactedMark}` : match,
  },
];

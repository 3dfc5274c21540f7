/** Stands where a secret stood. */
export const redactedMark = "[redacted]";

interface Shape {
  /**
   * Linear in the length of the text, whoever wrote it: it begins with a
   * literal or a class that is followed by bounded parts only, so that no
   * start position looks further than a constant; or its run stops at a
   * character that the next start position needs.
   */
  pattern: RegExp;
  /** What takes its place; the mark alone unless told. */
  replacement?: string;
}

/** No letter or digit right before it: `task-…` does not hold an `sk-…`. */
const start = "(?<![A-Za-z0-9])";

/** Prefixes that issuers give to their secrets, each with the least that follows them. */
const prefixed = [
  // AWS access keys: long-term, temporary, and the other identifiers of IAM.
  "(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{12,}",
  // GitHub: personal, OAuth, user-to-server, server-to-server, refresh; fine-grained.
  "gh[pousr]_[A-Za-z0-9]{16,}",
  "github_pat_[A-Za-z0-9_]{16,}",
  // OpenAI and Anthropic: sk-…, sk-proj-…, sk-ant-….
  "sk-[A-Za-z0-9_-]{16,}",
  // Stripe: secret, restricted, publishable; webhooks.
  "[srp]k_(?:live|test)_[A-Za-z0-9]{8,}",
  "whsec_[A-Za-z0-9+/=]{16,}",
  // Slack: bot, user, app, refresh, configuration.
  "xox[a-z](?:\\.xox[a-z])?-[A-Za-z0-9-]{8,}",
  "xapp-[A-Za-z0-9-]{8,}",
  // Package registries: npm, PyPI, RubyGems, crates.io.
  "npm_[A-Za-z0-9]{16,}",
  "pypi-[A-Za-z0-9_-]{16,}",
  "rubygems_[a-f0-9]{16,}",
  "cio[A-Za-z0-9]{30,}",
  // Google: API keys, OAuth access tokens and client secrets.
  "AIza[A-Za-z0-9_-]{20,}",
  "ya29\\.[A-Za-z0-9_-]{16,}",
  "GOCSPX-[A-Za-z0-9_-]{16,}",
  // GitLab: personal, deploy, runner, trigger and the rest of that family.
  "gl(?:pat|dt|rt|ptt|cbt|ft|soat|agent|imt|oas|ffct)-[A-Za-z0-9_.-]{12,}",
  // Hugging Face, SendGrid, DigitalOcean, Shopify, Databricks, Telegram, age, Vault, Linear, Doppler, Notion.
  "hf_[A-Za-z0-9]{16,}",
  "SG\\.[A-Za-z0-9_-]{12,}\\.[A-Za-z0-9_-]{12,}",
  "do[opr]_v1_[a-f0-9]{16,}",
  "shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,}",
  "dapi[a-f0-9]{30,}",
  "[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}",
  "AGE-SECRET-KEY-1[A-Z0-9]{20,}",
  "hv[sbr]\\.[A-Za-z0-9_-]{16,}",
  "lin_api_[A-Za-z0-9]{16,}",
  "dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{16,}",
  "(?:ntn|secret)_[A-Za-z0-9]{30,}",
];

const shapes: readonly Shape[] = [
  // A block that was cut off is a secret as well, up to the end of the text.
  {
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  // A JSON Web Token: the first part is base64url of `{"`.
  {
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}/g,
  },
  { pattern: new RegExp(`${start}(?:${prefixed.join("|")})`, "g") },
  // Slack's and Discord's webhooks: the path is the secret.
  {
    pattern:
      /(hooks\.slack\.com\/(?:services|workflows)\/|discord(?:app)?\.com\/api\/webhooks\/)[A-Za-z0-9/_-]+/g,
    replacement: `$1${redactedMark}`,
  },
  // user:password@ of any URL, databases above all.
  {
    pattern: /(:\/\/[^\s/?#:@"'<>]{0,256}:)[^\s/"'<>]{0,512}@/g,
    replacement: `$1${redactedMark}@`,
  },
  // Credentials of an Authorization header; a Bearer value may hold "/", "+" and "=".
  {
    pattern: /\b(bearer|basic)(\s{1,8})[A-Za-z0-9._~+/=-]{8,}/gi,
    replacement: `$1$2${redactedMark}`,
  },
  // key=value, key: value, "key": "value", --key value for keys that say that they are secret.
  {
    pattern:
      /((?:passw(?:or)?d|passphrase|passwd|pwd)[\w-]{0,32}\\?["']?\s{0,4}(?:[=:]|%3[dD])\s{0,4}\\?["']?)(?!\[redacted\])[^\s"'&,;\\]+/gi,
    replacement: `$1${redactedMark}`,
  },
  {
    pattern:
      /((?:secret|token|api[_-]?key|access[_-]?key|private[_-]?key|account[_-]?key|auth[_-]?key|client[_-]?key|signing[_-]?key|encryption[_-]?key|credential)[\w-]{0,32}\\?["']?\s{0,4}(?:[=:]|%3[dD])\s{0,4}\\?["']?)(?!\[redacted\])[^\s"'&,;\\]{8,}/gi,
    replacement: `$1${redactedMark}`,
  },
  {
    pattern:
      /(--(?:password|passphrase|token|secret|api-key|access-key)\s{1,4}["']?)(?!\[redacted\])[^\s"'-][^\s"']{3,}/gi,
    replacement: `$1${redactedMark}`,
  },
];

/** Exactly 40 characters of base64, alone: the shape of an AWS secret key, and of little else. */
const fortyCharacters =
  /(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_.-])/g;

/** More passes than any text was seen to need; a bound, so that the time is one too. */
const maxPasses = 8;

/**
 * The text without what looks like a secret. Deterministic, linear in its
 * length, and idempotent: what comes out is left alone the next time.
 */
export function redact(text: string): string {
  let current = text;
  for (let pass = 0; pass < maxPasses; pass += 1) {
    // What took a secret's place may complete another shape around it.
    const next = redactOnce(current);
    if (next === current) {
      return current;
    }
    current = next;
  }
  return current;
}

function redactOnce(text: string): string {
  let current = text;
  for (const { pattern, replacement } of shapes) {
    current = current.replace(pattern, replacement ?? redactedMark);
  }
  return current.replace(fortyCharacters, (run) =>
    looksRandom(run) ? redactedMark : run,
  );
}

/** A hash in hex has no capitals, a path's words hardly any digits; 40 random characters have all three. */
function looksRandom(run: string): boolean {
  const upper = run.match(/[A-Z]/g)?.length ?? 0;
  const lower = run.match(/[a-z]/g)?.length ?? 0;
  const digits = run.match(/[0-9]/g)?.length ?? 0;
  return upper >= 5 && lower >= 5 && digits >= 2;
}

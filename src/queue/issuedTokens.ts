import { looksRandom, redactedMark } from "./secretLooks";

/** No letter or digit right before it: `task-…` does not hold an `sk-…`. After `%2F`, the F is no letter. */
const start = "(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}|\\\\[nrt]))";

/** Prefixes that issuers give to their secrets, each with the least that follows them. */
const prefixed = [
  // AWS: access keys, long-term and temporary, other identifiers of IAM; Bedrock keys.
  "(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{12,}",
  "ABSK[A-Za-z0-9+/=]{40,}",
  // GitHub: personal, OAuth, user-to-server, server-to-server, refresh; fine-grained.
  "gh[pousr]_[A-Za-z0-9]{16,}",
  "github_pat_[A-Za-z0-9_]{16,}",
  // GitLab: personal, deploy, runner, trigger and the rest of that family.
  "gl(?:pat|dt|rt|rtr|ptt|cbt|ft|soat|agent|imt|oas|ffct)-[A-Za-z0-9_.-]{12,}",
  "GR1348941[A-Za-z0-9_-]{12,}",
  // Models: OpenAI and Anthropic (sk-…, sk-proj-…, sk-ant-…), Groq, xAI, Replicate, Perplexity, Hugging Face.
  "sk-[A-Za-z0-9_-]{16,}",
  "gsk_[A-Za-z0-9]{20,}",
  "xai-[A-Za-z0-9_-]{20,}",
  "r8_[A-Za-z0-9]{20,}",
  "pplx-[A-Za-z0-9]{20,}",
  "hf_[A-Za-z0-9]{16,}",
  // Payment: Stripe secret, restricted, publishable, webhooks; Square; PayPal's Braintree.
  "[srp]k_(?:live|test|prod)_[A-Za-z0-9]{8,}",
  "whsec_[A-Za-z0-9+/=]{16,}",
  "(?:sq0atp|sq0csp|sq0idp)-[A-Za-z0-9_-]{16,}",
  "EAAA[A-Za-z0-9_-]{40,}",
  "access_token\\$production\\$[a-z0-9$]{16,}",
  // Slack: bot, user, app, refresh, configuration.
  "xox[a-z](?:\\.xox[a-z])?-[A-Za-z0-9-]{8,}",
  "xapp-[A-Za-z0-9-]{8,}",
  // Package registries: npm, PyPI, RubyGems, crates.io, NuGet, Docker Hub.
  "npm_[A-Za-z0-9]{16,}",
  "pypi-[A-Za-z0-9_-]{16,}",
  "rubygems_[a-f0-9]{16,}",
  "cio[A-Za-z0-9]{30,}",
  "oy2[a-z0-9]{43}",
  "dckr_(?:pat|oat)_[A-Za-z0-9_-]{16,}",
  // Google: API keys, OAuth access and refresh tokens, client secrets; Facebook.
  "AIza[A-Za-z0-9_-]{20,}",
  "ya29\\.[A-Za-z0-9_-]{16,}",
  "1//0[A-Za-z0-9_-]{20,}",
  "GOCSPX-[A-Za-z0-9_-]{16,}",
  "EAA[A-Z][A-Za-z0-9]{24,}",
  // Clouds: DigitalOcean, Azure AD, Alibaba, Tencent, Heroku, Fly, Cloudflare, Supabase, PlanetScale, Vercel, Netlify.
  "do[opr]_v1_[a-f0-9]{16,}",
  "[A-Za-z0-9]{3}8Q~[A-Za-z0-9_~.-]{30,}",
  "LTAI[A-Za-z0-9]{12,}",
  "AKID[A-Za-z0-9]{20,}",
  "HRKU-[A-Za-z0-9_-]{20,}",
  "fo1_[A-Za-z0-9_-]{20,}",
  "FlyV1 fm[12][a-z]?_[A-Za-z0-9+/=,_-]{20,}",
  "v1\\.0-[a-f0-9]{24}-[a-f0-9]{40,}",
  "sbp_[a-f0-9]{20,}",
  "pscale_(?:pw|tkn|oauth)_[A-Za-z0-9_.-]{16,}",
  "(?:vcp|vci|vck|nfp|nfc)_[A-Za-z0-9]{20,}",
  // Secret stores, observability, work: Vault, Doppler, 1Password, age, Grafana, New Relic, Sentry, Dynatrace.
  "hv[sbr]\\.[A-Za-z0-9_-]{16,}",
  "dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{16,}",
  "ops_eyJ[A-Za-z0-9_-]{20,}",
  "AGE-SECRET-KEY-1[A-Z0-9]{20,}",
  "gl(?:sa|c)_[A-Za-z0-9+/=_]{20,}",
  "NR(?:AK|JS|II|RA)-[A-Za-z0-9_-]{16,}",
  "sntr(?:ys|yu)_(?:[A-Za-z0-9+/=_]|%2[bBfF]|%3[dD]){16,}",
  "dt0[a-z][0-9]{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{20,}",
  // Databricks, Telegram, SendGrid, Mailgun, Mailchimp, Twilio, Discord.
  "dapi[a-f0-9]{30,}",
  "[0-9]{8,10}(?::|%3[aA])AA[A-Za-z0-9_-]{30,}",
  "SG\\.[A-Za-z0-9_-]{12,}\\.[A-Za-z0-9_-]{12,}",
  "(?:key|pubkey)-[a-f0-9]{32}",
  "[a-f0-9]{32}-us[0-9]{1,2}",
  "(?:SK|AC)[a-f0-9]{32}",
  "[MNO][A-Za-z0-9_-]{23,25}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,}",
  // Linear, Notion, Atlassian, Figma, Postman, Airtable, Shopify, Terraform, Pulumi, Prefect, CircleCI, Buildkite, Sourcegraph.
  "lin_(?:api|oauth)_[A-Za-z0-9]{16,}",
  "ntn_[A-Za-z0-9]{20,}",
  "secret_[A-Za-z0-9]{40,}",
  "AT(?:ATT|CTT|BB)[A-Za-z0-9_=.-]{20,}",
  "fig[dou]_[A-Za-z0-9_-]{16,}",
  "PMAK-[a-f0-9]{24}-[a-f0-9]{8,34}",
  "pat[A-Za-z0-9]{14}\\.[a-f0-9]{32,}",
  "shp(?:at|ca|pa|ss|rt)_[A-Fa-f0-9]{16,}",
  "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{30,}",
  "pul-[a-f0-9]{40}",
  "pn[ub]_[A-Za-z0-9]{20,}",
  "CCI(?:PAT|PRJ)_[A-Za-z0-9_]{20,}",
  "bk(?:ua|aj|ct)_[A-Za-z0-9]{20,}",
  "sgp_[A-Za-z0-9_]{20,}",
];

const issued = new RegExp(`${start}(?:${prefixed.join("|")})`, "g");

/** Every token has a run of these at least so long. */
const leastRun = 16;
/** The shape of an AWS secret key, alone, and of little else. */
const awsSecretLength = 40;

/** What characters are, by their code; bits, so that one look is enough. */
const inRun = 1;
const inBase64 = 2;
const inToken = 4;
const kinds = new Uint8Array(128);
for (const [kind, characters] of [
  [inRun | inBase64 | inToken, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
  [inRun | inBase64 | inToken, "abcdefghijklmnopqrstuvwxyz0123456789"],
  [inRun | inToken, "_-"],
  [inBase64 | inToken, "+/"],
  [inToken, ".=:~$%,\\"],
] as const) {
  for (const character of characters) {
    kinds[character.charCodeAt(0)] = kind;
  }
}

/**
 * Takes out tokens that issuers mark with a prefix, and AWS secret keys. The
 * list is long, so it is held only against the few places where there is a run
 * of characters long enough; they are found in one look at each character.
 */
export function withoutIssuedTokens(text: string): string {
  let clean = "";
  let done = 0;
  for (let at = 0; at < text.length;) {
    const end = runEnd(text, at, inToken);
    if (hasLongRun(text, at, end)) {
      // A prefix may hold a space.
      const from = Math.max(done, at - 8);
      clean += text.slice(done, from) + withoutTokens(text.slice(from, end));
      done = end;
    }
    at = end + 1;
  }
  return done === 0 ? text : clean + text.slice(done);
}

function kindOf(text: string, at: number): number {
  return kinds[text.charCodeAt(at)] ?? 0;
}

function runEnd(text: string, at: number, kind: number): number {
  let end = at;
  while (end < text.length && (kindOf(text, end) & kind) !== 0) {
    end += 1;
  }
  return end;
}

/** Of a token's characters, or of base64's for an AWS secret key. */
function hasLongRun(text: string, start: number, end: number): boolean {
  if (end - start < leastRun) {
    return false;
  }
  let run = 0;
  let base64 = 0;
  for (let at = start; at < end; at += 1) {
    const kind = kindOf(text, at);
    run = (kind & inRun) === 0 ? 0 : run + 1;
    base64 = (kind & inBase64) === 0 ? 0 : base64 + 1;
    if (run >= leastRun || base64 >= awsSecretLength) {
      return true;
    }
  }
  return false;
}

function withoutTokens(text: string): string {
  return text
    .replace(issued, redactedMark)
    .replace(fortyCharacters, (run) => (looksRandom(run) ? redactedMark : run));
}

const fortyCharacters =
  /(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_.-])/g;

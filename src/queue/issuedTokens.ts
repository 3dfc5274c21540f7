import { redactedMark } from "./secretLooks";

/** Prefixes that issuers give to their secrets, each with the least that follows them. */
const prefixed = [
  // AWS: access keys, long-term and temporary, other identifiers of IAM; Bedrock keys.
  "A(?:KIA|SIA|BIA|CCA|ROA|IDA)[A-Z0-9]{12,}",
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
  "sk_(?:live|test|prod)_[A-Za-z0-9]{8,}",
  "[rp]k_(?:live|test|prod)_[A-Za-z0-9]{8,}",
  "whsec_[A-Za-z0-9+/=]{16,}",
  "sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{16,}",
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
  "LTAI[A-Za-z0-9]{12,}",
  "AKID[A-Za-z0-9]{20,}",
  "HRKU-[A-Za-z0-9_-]{20,}",
  "fo1_[A-Za-z0-9_-]{20,}",
  "fm[12][a-z]?_[A-Za-z0-9+/=,_-]{20,}",
  "v1\\.0-[a-f0-9]{24}-[a-f0-9]{40,}",
  "sbp_[a-f0-9]{20,}",
  "pscale_(?:pw|tkn|oauth)_[A-Za-z0-9_.-]{16,}",
  "vc[pik]_[A-Za-z0-9]{20,}",
  "nf[pc]_[A-Za-z0-9]{20,}",
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
  "SG\\.[A-Za-z0-9_-]{12,}\\.[A-Za-z0-9_-]{12,}",
  "key-[a-f0-9]{32}",
  "pubkey-[a-f0-9]{32}",
  "SK[a-f0-9]{32}",
  "AC[a-f0-9]{32}",
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
  "pul-[a-f0-9]{40}",
  "pn[ub]_[A-Za-z0-9]{20,}",
  "CCI(?:PAT|PRJ)_[A-Za-z0-9_]{20,}",
  "bk(?:ua|aj|ct)_[A-Za-z0-9]{20,}",
  "sgp_[A-Za-z0-9_]{20,}",
];

/** Grouped by their first character: a word that begins with another one is done with sooner. */
function alternatives(patterns: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const pattern of patterns) {
    const first = /^[A-Za-z0-9]?/.exec(pattern)?.[0] ?? "";
    const others = groups.get(first) ?? [];
    groups.set(first, [...others, pattern.slice(first.length)]);
  }
  return [...groups]
    .map(([first, rests]) => `${first}(?:${rests.join("|")})`)
    .join("|");
}

const body = `(?:${alternatives(prefixed)})`;
/** No letter or digit right before it: `task-…` does not hold an `sk-…`. */
const issued = new RegExp(`(?<![A-Za-z0-9])${body}`, "g");
/** Here the letter before it is no part of a word: an escaped `%2F`, an `\\n`. */
const issuedAfterEscape = new RegExp(`(%[0-9A-Fa-f]{2}|\\\\[nrt])${body}`, "g");

/**
 * Takes out the tokens that issuers mark with a prefix. One pattern for all of
 * them, since it begins with a character that is none, and then a literal: most
 * positions are done with at once.
 */
export function withoutIssuedTokens(text: string): string {
  return text
    .replace(issued, redactedMark)
    .replace(issuedAfterEscape, `$1${redactedMark}`);
}

/** Random numbers that a seed repeats: mulberry32, [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A text, and the parts of it that must be gone. */
export interface SecretSample {
  shape: string;
  text: string;
  secrets: string[];
}

const alphabets = {
  base62: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
  base64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  url: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  hex: "0123456789abcdef",
  lower36: "abcdefghijklmnopqrstuvwxyz0123456789",
  digits: "0123456789",
} as const;
type Alphabet = keyof typeof alphabets;

/** `{base62:36}` stands for 36 random characters; all of a token is the secret. */
const tokens: Record<string, string> = {
  "AWS access key": "AKIA{upper:16}",
  "AWS temporary key": "ASIA{upper:16}",
  "GitHub personal": "ghp_{base62:36}",
  "GitHub OAuth": "gho_{base62:36}",
  "GitHub user": "ghu_{base62:36}",
  "GitHub server": "ghs_{base62:36}",
  "GitHub refresh": "ghr_{base62:76}",
  "GitHub fine-grained": "github_pat_{base62:22}_{base62:59}",
  "GitLab personal": "glpat-{url:20}",
  "GitLab deploy": "gldt-{url:20}",
  "GitLab runner": "glrt-{url:20}",
  OpenAI: "sk-{base62:48}",
  "OpenAI project": "sk-proj-{url:74}T3BlbkFJ{url:74}",
  Anthropic: "sk-ant-api03-{url:93}AA",
  "Anthropic OAuth": "sk-ant-oat01-{url:93}AA",
  Groq: "gsk_{base62:52}",
  xAI: "xai-{base62:80}",
  Replicate: "r8_{base62:37}",
  Perplexity: "pplx-{base62:48}",
  "Hugging Face": "hf_{base62:34}",
  "Stripe secret": "sk_live_{base62:24}",
  "Stripe test": "sk_test_{base62:99}",
  "Stripe restricted": "rk_live_{base62:24}",
  "Stripe webhook": "whsec_{base62:32}",
  "Slack bot": "xoxb-{digits:12}-{digits:12}-{base62:24}",
  "Slack user": "xoxp-{digits:12}-{digits:12}-{digits:12}-{hex:32}",
  "Slack app": "xapp-1-A{upper:10}-{digits:13}-{hex:64}",
  npm: "npm_{base62:36}",
  PyPI: "pypi-AgEIcHlwaS5vcmc{url:120}",
  RubyGems: "rubygems_{hex:48}",
  "crates.io": "cio{base62:32}",
  "Docker Hub": "dckr_pat_{url:27}",
  NuGet: "oy2{lower36:43}",
  "Google API": "AIza{url:35}",
  "Google OAuth": "ya29.{url:120}",
  "Google client": "GOCSPX-{url:28}",
  Facebook: "EAAB{base62:120}",
  SendGrid: "SG.{url:22}.{url:43}",
  Mailgun: "key-{hex:32}",
  Mailchimp: "{hex:32}-us14",
  Twilio: "SK{hex:32}",
  Telegram: "{digits:10}:AA{url:33}",
  Discord: "M{base62:23}.{url:6}.{url:38}",
  DigitalOcean: "dop_v1_{hex:64}",
  "Azure AD": "{base62:3}8Q~{url:34}",
  Alibaba: "LTAI{base62:20}",
  Shopify: "shpat_{hex:32}",
  Databricks: "dapi{hex:32}",
  Vault: "hvs.{url:90}",
  Doppler: "dp.pt.{base62:43}",
  "1Password": "ops_eyJ{url:200}",
  age: "AGE-SECRET-KEY-1{upper:58}",
  Grafana: "glsa_{base62:32}_{hex:8}",
  "New Relic": "NRAK-{upper:27}",
  Sentry: "sntrys_{base64:80}",
  Linear: "lin_api_{base62:40}",
  Notion: "ntn_{base62:46}",
  Atlassian: "ATATT3xFfGF0{url:180}",
  Figma: "figd_{url:40}",
  Postman: "PMAK-{hex:24}-{hex:34}",
  Airtable: "pat{base62:14}.{hex:64}",
  Terraform: "{base62:14}.atlasv1.{url:67}",
  Pulumi: "pul-{hex:40}",
  Supabase: "sbp_{hex:40}",
  PlanetScale: "pscale_tkn_{url:43}",
  CircleCI: "CCIPAT_{base62:22}_{hex:40}",
  "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9.eyJ{url:60}.{url:43}",
};

/** Where the value alone is the secret: `<…>` marks it. */
const settings: Record<string, string> = {
  "environment password": "PGPASSWORD=<{url:9}> psql -h db",
  "exported secret": "export AWS_SECRET_ACCESS_KEY=<{base64:40}>",
  "quoted password": 'password: "<{url:6} {url:6}>"',
  "single quotes": "db_password='<{base62:14}>'",
  "JSON password": '{"user":"app","password":"<{base62:12}>","port":5432}',
  "JSON token": '{"access_token": "<{url:40}>", "expires_in": 3600}',
  "escaped JSON": '{\\"api_key\\":\\"<{base62:32}>\\",\\"a\\":1}',
  "twice escaped JSON":
    '{\\\\\\"client_secret\\\\\\":\\\\\\"<{url:32}>\\\\\\"}',
  YAML: "database:\n  username: app\n  password: <{url:16}>\n  port: 5432",
  "YAML key": "stripe:\n  secret_key: <{base62:32}>\n",
  TOML: 'api_token = "<{hex:40}>"',
  "INI file": "[default]\naws_secret_access_key = <{base64:40}>\n",
  "query string": "GET /v1/items?access_token=<{url:32}>&page=2",
  "encoded form": "grant_type=password&username=a&password=<{base62:12}>&x=1",
  "encoded query": "next=%2Fcb%3Ftoken%3D<{base62:32}>%26page%3D2",
  "encoded JSON": "%7B%22client_secret%22%3A%22<{base62:32}>%22%7D",
  "command flag": "mysql --user app --password <{base62:12}> shop",
  "flag with equals": "login --token=<{hex:40}> --verbose",
  "API key flag": "cli deploy --api-key <{base62:32}>",
  "curl user": "curl -s -u app:<{url:16}> https://api.example.com/v1",
  "Bearer header":
    'curl -H "Authorization: Bearer <{base64:40}>==" https://x.y',
  "encoded Bearer": "Authorization%3A%20Bearer%20<{base62:40}>",
  "Basic header": "Authorization: Basic <{base62:28}1>==",
  "token header": "Authorization: token <{hex:40}>",
  "API key header": "X-Api-Key: <{base62:32}>",
  "AWS signature":
    "Authorization: AWS4-HMAC-SHA256 Credential=<AKIA{upper:16}>/x, Signature=<{hex:64}>",
  cookie: "Cookie: theme=dark; sid=<{url:43}>; lang=en",
  "set cookie": "Set-Cookie: session=<{url:43}>; Path=/; HttpOnly",
  "database address": "postgres://app:<{url:16}>@db.local:5432/app",
  "address without user": "redis://:<{base62:20}>@cache:6379/0",
  "encoded address": "url=mysql%3A%2F%2Fapp%3A<{base62:16}>%40db%3A3306",
  "git remote": "https://oauth2:<{base62:26}>@gitlab.example.com/a/b.git",
  "Azure storage":
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=<{base64:86}>==;EndpointSuffix=x",
  "connection string": "Server=db;Uid=app;Pwd=<{base62:12}>;Database=x",
  "shared access":
    "https://x.blob.core.windows.net/c?sv=1&sig=<{base62:40}>%3D",
  "presigned address": "https://s3.x/y?X-Amz-Signature=<{hex:64}>",
  "Slack webhook":
    "https://hooks.slack.com/services/T{upper:8}/B{upper:8}/<{base62:24}>",
  "Discord webhook": "https://discord.com/api/webhooks/{digits:18}/<{url:68}>",
  "AWS secret alone": "the key is <aB3{base64:34}xY9> for now",
  "code constant": 'const apiKey = "<{base62:32}>";',
  "Ruby hash": ":secret_token => '<{hex:64}>'",
  "added line": '+  "signingKey": "<{base62:44}>",',
  ".npmrc":
    "//registry.npmjs.org/:_authToken=<{hex:8}-{hex:4}-{hex:4}-{hex:12}>",
  ".netrc": "machine x login y\npassword: <{base62:12}>",
  PEM: "-----BEGIN RSA PRIVATE KEY-----\n<{base64:64}>\n<{base64:64}>\n-----END RSA PRIVATE KEY-----\n",
  "PEM in JSON":
    '"private_key": "-----BEGIN PRIVATE KEY-----\\n<{base64:64}>\\n<{base64:40}>\\n-----END PRIVATE KEY-----\\n"',
  "PEM cut at its end":
    "-----BEGIN OPENSSH PRIVATE KEY-----\n<{base64:70}>\n<{base64:30}>",
  "PEM cut at its start":
    "<{base64:64}>\n<{base64:64}>\n<{base64:22}>==\n-----END EC PRIVATE KEY-----",
};

const sentences = [
  (text: string) => text,
  (text: string) => `The agent ran: ${text}`,
  (text: string) => `täglich 日本語${text}日本語 🎉`,
  (text: string) => `${text}\nexit code 0`,
  (text: string) => `“${text}”`,
  (text: string) => `<div>${text}</div>`,
];
/** Only for what stands on its own: inside other texts these are shapes of their own. */
const wrappings = [
  (token: string) => `key: ${token}`,
  (token: string) => JSON.stringify(JSON.stringify({ env: { A: token } })),
  (token: string) => `a=${encodeURIComponent(`x/${token}`)}&b=1`,
  (token: string) => `echo ${token}|base64`,
  (token: string) => `("${token}")`,
  (token: string) => `\`${token}\`,`,
];

/** `count` samples, every shape about as often as the others. */
export function secretSamples(seed: number, count: number): SecretSample[] {
  const random = seededRandom(seed);
  const shapes = [
    ...Object.entries(tokens).map(([name, form]) => ({
      name,
      form: `<${form}>`,
    })),
    ...Object.entries(settings).map(([name, form]) => ({ name, form })),
  ];
  return Array.from({ length: count }, (_, index) => {
    const { name, form } = shapes[index % shapes.length]!;
    const secrets: string[] = [];
    const filled = form
      .replace(/\{(\w+):(\d+)\}/g, (__, alphabet, length) =>
        randomText(random, alphabet as Alphabet, Number(length)),
      )
      .replace(/<([^>]*)>/g, (__, secret: string) => {
        secrets.push(...piecesOf(secret));
        return secret;
      });
    const round = Math.floor(index / shapes.length);
    if (!(name in tokens)) {
      return { shape: name, text: one(sentences, round)(filled), secrets };
    }
    const isSplit =
      round % 4 === 3 && filled.length > 48 && !filled.includes(".");
    if (isSplit) {
      return splitSample(name, filled, random);
    }
    const wrapped = one([...wrappings, ...sentences], round)(filled);
    return { shape: name, text: wrapped, secrets };
  });
}

/** Broken by a terminal's or a mail's line end, after enough to know it by. */
function splitSample(
  shape: string,
  token: string,
  random: () => number,
): SecretSample {
  const at = 32 + Math.floor(random() * (token.length - 44));
  const [head, tail] = [token.slice(0, at), token.slice(at)];
  const lineEnd = one(["\n", "\r\n", "\\\n", "\n  "], Math.floor(random() * 4));
  return {
    shape: `${shape}, split`,
    text: `TOKEN ${head}${lineEnd}${tail}\ndone`,
    secrets: [head, tail],
  };
}

/** A secret with a space in it must not be left in part either. */
function piecesOf(secret: string): string[] {
  return secret.split(" ").filter((piece) => piece !== "");
}

function randomText(
  random: () => number,
  alphabet: Alphabet,
  length: number,
): string {
  const characters = alphabets[alphabet];
  return Array.from(
    { length },
    () => characters[Math.floor(random() * characters.length)],
  ).join("");
}

function one<T>(all: readonly T[], index: number): T {
  return all[index % all.length]!;
}

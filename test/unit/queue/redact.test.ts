import assert from "node:assert/strict";
import * as fc from "fast-check";
import { adversarialTexts } from "../../fakes/adversarialTexts";
import { redact } from "../../../src/queue/redact";
import { redactedMark } from "../../../src/queue/secretLooks";

const a = (length: number) =>
  "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA".repeat(8).slice(0, length);
const pem = `-----BEGIN RSA PRIVATE KEY-----\n${a(64)}\n${a(64)}\n-----END RSA PRIVATE KEY-----`;

/** Each is a text and the part of it that must be gone. */
const secrets: Record<string, readonly [text: string, secret: string]> = {
  "an AWS access key": [
    `key AKIA${"Q".repeat(16)} used`,
    `AKIA${"Q".repeat(16)}`,
  ],
  "a temporary AWS key": [`ASIA${"R7".repeat(8)}`, `ASIA${"R7".repeat(8)}`],
  "an AWS secret by its name": [`aws_secret_access_key = ${a(40)}`, a(40)],
  "an AWS secret on its own": [`got ${a(40)} back`, a(40)],
  "a GitHub personal token": [`ghp_${a(36)}`, a(36)],
  "a GitHub OAuth token": [`gho_${a(36)}`, a(36)],
  "a GitHub server token": [`ghs_${a(36)}`, a(36)],
  "a fine-grained GitHub token": [`github_pat_${a(22)}_${a(59)}`, a(59)],
  "an OpenAI key": [`sk-${a(48)}`, a(48)],
  "an OpenAI project key": [`sk-proj-${a(60)}`, a(60)],
  "an Anthropic key": [`sk-ant-api03-${a(90)}`, a(90)],
  "a Bearer value with slashes": [
    `Authorization: Bearer ab/cd+${a(20)}==`,
    `ab/cd+${a(20)}`,
  ],
  "a Slack token": [`xoxb-123456789012-${a(24)}`, a(24)],
  "an npm token": [`npm_${a(36)}`, a(36)],
  "a Google key": [`AIza${a(35)}`, a(35)],
  "a PEM block": [`before\n${pem}\nafter`, a(64)],
  "a PEM block that was cut off": [pem.slice(0, 100), a(40)],
  "a Stripe key": [`sk_live_${a(24)} or rk_live_${a(24)}`, a(24)],
  "a database's address": [
    "postgres://app:hunter2/x@db.local:5432/app".replace("/x", "x"),
    "hunter2x",
  ],
  "a GitLab token": [`glpat-${a(20)}`, a(20)],
  "a JSON Web Token": [`eyJhbGciOiJIUzI1NiJ9.${a(30)}.${a(43)}`, a(43)],
  "a Hugging Face token": [`hf_${a(34)}`, a(34)],
  "a password in an argument": ["mysql --password hunter2xyz db", "hunter2xyz"],
  "a password in an environment": ["PGPASSWORD=hunter2 psql", "hunter2"],
  "a token in JSON": [`{"access_token": "${a(30)}"}`, a(30)],
  "a token in escaped JSON": [`{\\"access_token\\":\\"${a(30)}\\"}`, a(30)],
  "a Slack webhook": [
    `https://hooks.slack.com/services/T000/B000/${a(24)}`,
    a(24),
  ],
};

const harmless = [
  "Run the tests in src/queue/redact.ts",
  "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
  "9e1ef0b0-6a6f-4a1c-8c0c-0e8f3f2f1a11",
  "npm run build && git diff --stat HEAD~1",
  "ask-the-user-about-this-very-long-name",
  "https://example.com/a/b?c=d#e",
  "http://localhost:3000/path@version",
  "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "packages/components/navigation/SidebarItemList.tsx",
  "The token count is 15000; the password field is empty",
  "Bearer of bad news",
  "täglich 日本語 🎉",
];

describe("redact", () => {
  for (const [name, [text, secret]] of Object.entries(secrets)) {
    it(`takes out ${name}`, () => {
      const scrubbed = redact(text);
      assert.ok(!scrubbed.includes(secret), scrubbed);
      assert.ok(scrubbed.includes(redactedMark));
    });
  }

  it("leaves what is around a secret", () => {
    assert.equal(
      redact(`curl -H "Authorization: Bearer ${a(30)}" https://x.y`),
      `curl -H "Authorization: Bearer ${redactedMark}" https://x.y`,
    );
  });

  for (const text of harmless) {
    it(`leaves ${JSON.stringify(text)} alone`, () => {
      assert.equal(redact(text), text);
    });
  }

  it("changes nothing the second time", () => {
    const pieces = fc.constantFrom(
      ...Object.values(secrets).map(([text]) => text),
      ...harmless,
      "=",
      ":",
      "://",
      "@",
      " ",
      '"',
      "password",
      "token=",
      "-----BEGIN PRIVATE KEY-----",
      "eyJ",
      redactedMark,
    );
    const texts = fc.array(fc.oneof(pieces, fc.string({ maxLength: 12 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(texts, (parts) => {
        const once = redact(parts.join(""));
        assert.equal(redact(once), once);
      }),
      { numRuns: 500 },
    );
  });

  it("ends soon for texts that were written to make it slow", function () {
    // A quadratic pattern takes minutes; the benchmark knows the figures.
    this.timeout(60_000);
    for (const text of adversarialTexts(200_000)) {
      redact(text);
    }
  });
});

import assert from "node:assert/strict";
import { redact } from "../../../src/queue/redact";
import { harmlessTexts } from "../../fakes/harmlessCorpus";
import { secretSamples, type SecretSample } from "../../fakes/secretCorpus";

const seed = Number(process.env["REDACT_SEED"] ?? 20_261_120);
const count = 3_000;

/** A part of a secret that anybody could use to find the rest is a leak as well. */
const leastLeak = 12;

function leaks({ text, secrets }: SecretSample): boolean {
  const clean = redact(text);
  return secrets.some(
    (secret) =>
      clean.includes(secret) ||
      (secret.length > 2 * leastLeak &&
        clean.includes(secret.slice(-leastLeak))),
  );
}

describe(`redact on generated texts (REDACT_SEED=${seed})`, function () {
  this.timeout(30_000);

  it("takes out at least 99 % of the secrets, of every shape nearly all", () => {
    const samples = secretSamples(seed, count);
    const missed = samples.filter(leaks);
    const list = missed
      .map(({ shape, text }) => `${shape}: ${text}`)
      .join("\n");
    assert.ok(missed.length <= count / 100, list);
    const shapes = new Set(samples.map(({ shape }) => shape));
    assert.ok(shapes.size >= 110, `${shapes.size} shapes`);
    for (const shape of shapes) {
      const all = samples.filter((sample) => sample.shape === shape);
      const gone = all.filter((sample) => !leaks(sample)).length;
      assert.ok(gone >= all.length * 0.6, `${shape}: ${gone} of ${all.length}`);
    }
  });

  it("touches at most 1 % of harmless texts", () => {
    const texts = harmlessTexts(seed, count);
    const touched = texts.filter((text) => redact(text) !== text);
    const list = touched.map((text) => `${text}\n→ ${redact(text)}`).join("\n");
    assert.ok(touched.length <= count / 100, list);
  });

  it("changes nothing the second time", () => {
    const texts = [
      ...secretSamples(seed, count).map(({ text }) => text),
      ...harmlessTexts(seed, count),
    ];
    for (const text of texts) {
      const once = redact(text);
      assert.equal(redact(once), once);
    }
  });

  it("does the same in the middle of a long text", () => {
    const around = harmlessTexts(seed, 20).join("\n");
    for (const sample of secretSamples(seed, 250)) {
      const text = `${around}\n${sample.text}\n${around}`;
      assert.equal(leaks({ ...sample, text }), leaks(sample), sample.text);
    }
  });
});

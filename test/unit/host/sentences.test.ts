import assert from "node:assert/strict";
import { AppError, type AppErrorCode } from "../../../src/base/errors";
import { sentenceOf } from "../../../src/host/sentences";
import manifest from "../../../package.json";

/** All codes: one that is missing here does not compile. */
const all: Record<AppErrorCode, true> = {
  "browser-timeout": true,
  cancelled: true,
  "cli-not-executable": true,
  "cli-not-found": true,
  "cli-too-old": true,
  "cli-unusable": true,
  "code-denied": true,
  "code-expired": true,
  "invalid-credential": true,
  "listener-failed": true,
  "local-server-failed": true,
  "no-folder": true,
  "not-json": true,
  "secret-storage": true,
  "server-refused": true,
  "server-unreachable": true,
  "server-url": true,
  "untrusted-workspace": true,
};
const codes = Object.keys(all) as AppErrorCode[];
const shown = codes.filter((code) => code !== "cancelled");
const sentence = (code: AppErrorCode) =>
  sentenceOf(new AppError(code, "detail for the log")) ?? "";

/** What begins a piece of advice, or names the command that helps. */
const advice =
  /(^|[.;,:] |, or )(to [\w ]+, )?(check|install|open|run|send|set|sign in|start|trust|try)\b|Failproof: [A-Z]/i;

describe("The sentence for a failure", () => {
  for (const code of shown) {
    it(`says what happened and what to do: ${code}`, () => {
      const text = sentence(code);
      assert.match(text, /^[A-Z].{20,}\.$/);
      assert.match(text, advice);
      assert.ok(!text.includes("detail for the log"));
    });
  }

  it("is none when the user cancelled", () => {
    assert.equal(sentenceOf(new AppError("cancelled", "by hand")), undefined);
  });

  it("gives the text of an error that nobody expected, and where to find more", () => {
    const text = sentenceOf(new TypeError("x is not a function")) ?? "";
    assert.match(text, /x is not a function/);
    assert.match(text, advice);
    assert.match(sentenceOf("just text") ?? "", /just text/);
  });

  it("names only commands and settings that there are", () => {
    const { commands, configuration } = manifest.contributes;
    const titles = commands.map(({ title }) => title);
    const settings = Object.keys(configuration.properties);
    const texts = [...shown.map(sentence), sentenceOf(new Error("e")) ?? ""];
    const named = texts.flatMap((text) => [
      ...text.matchAll(/Failproof: ((?:[A-Z]\w+ ?)+)/g),
    ]);
    assert.ok(named.length > 3);
    for (const [, title] of named) {
      assert.ok(title && titles.includes(title.trim()), title);
    }
    const keys = texts.flatMap((text) => text.match(/failproof\.[\w.]*\w/g));
    for (const key of keys) {
      assert.ok(key === null || settings.includes(key), String(key));
    }
  });
});

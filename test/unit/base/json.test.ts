import assert from "node:assert/strict";
import { AppError, messageOf } from "../../../src/base/errors";
import { isRecord, parseJson } from "../../../src/base/json";

describe("JSON from outside", () => {
  it("is parsed, or undefined when it is none", () => {
    assert.deepEqual(parseJson('{"a":[1,null]}'), { a: [1, null] });
    assert.equal(parseJson("null"), null);
    for (const text of ["", "undefined", "<html>", '{"a":', "{} {}"]) {
      assert.equal(parseJson(text), undefined, text);
    }
  });

  it("is an object only when it is neither null nor a list", () => {
    assert.equal(isRecord({}), true);
    for (const value of [null, undefined, [], "text", 1, () => 1]) {
      assert.equal(isRecord(value), false);
    }
  });
});

describe("An expected failure", () => {
  it("keeps its code, its detail and its cause", () => {
    const cause = new Error("ECONNREFUSED");
    const error = new AppError("server-unreachable", "no route", { cause });
    assert.equal(error.code, "server-unreachable");
    assert.equal(error.cause, cause);
    assert.equal(String(error), "AppError: no route");
  });

  it("has a text, and so has anything else that was thrown", () => {
    assert.equal(messageOf(new Error("broken")), "broken");
    assert.equal(messageOf("just text"), "just text");
    assert.equal(messageOf(undefined), "undefined");
  });
});

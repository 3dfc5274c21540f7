import assert from "node:assert/strict";
import { copyText } from "../../../src/base/copyText";

// That it is a copy is to be seen in the heap only: `npm run bench -- session`, translate_kept_mb.
describe("A copy of a text", () => {
  it("says the same", () => {
    for (const text of ["", "a", " b ", "ümläut 🙂", "x".repeat(100_000)]) {
      assert.equal(copyText(text), text);
    }
  });
});

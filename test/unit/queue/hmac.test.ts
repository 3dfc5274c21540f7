import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { hmacSha256 } from "../../../src/queue/hmac";
import { randomId } from "../../../src/queue/randomId";

describe("hmacSha256", () => {
  const expected = (key: Uint8Array, text: string) =>
    createHmac("sha256", key).update(text, "utf8").digest("hex");

  it("is what node:crypto says, for any key and any text", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 130 }),
        fc.string({ unit: "grapheme", maxLength: 300 }),
        (key, text) => {
          assert.equal(hmacSha256(key, text), expected(key, text));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is so at every length around the blocks", () => {
    const key = Buffer.alloc(32, 7);
    for (let length = 0; length < 200; length += 1) {
      const text = "x".repeat(length);
      assert.equal(hmacSha256(key, text), expected(key, text), String(length));
    }
  });
});

describe("randomId", () => {
  it("is a UUID of version 4, each time another", () => {
    const ids = Array.from({ length: 1_000 }, randomId);
    for (const id of ids) {
      assert.match(
        id,
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
    assert.equal(new Set(ids).size, ids.length);
  });
});

import assert from "node:assert/strict";
import { maxRetryAfterMs, retryAfterMs } from "../../../src/relay/retryAfter";

describe("retryAfterMs", () => {
  const now = Date.UTC(2026, 0, 1);

  it("understands seconds and dates, five minutes at most", () => {
    assert.equal(retryAfterMs("3", now), 3_000);
    assert.equal(retryAfterMs(new Date(now + 9_000).toUTCString(), now), 9_000);
    assert.equal(retryAfterMs(new Date(now - 9_000).toUTCString(), now), 0);
    assert.equal(retryAfterMs("86400", now), maxRetryAfterMs);
  });

  it("understands nothing else", () => {
    for (const text of [undefined, null, "", "soon", "-1"]) {
      assert.equal(retryAfterMs(text, now), undefined, String(text));
    }
  });
});

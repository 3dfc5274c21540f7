import assert from "node:assert/strict";
import { serverAddress } from "../../../src/relay/serverAddress";

describe("serverAddress", () => {
  it("puts the contract's paths under the address", () => {
    assert.deepEqual(serverAddress("https://api.example.com/base/"), {
      ok: true,
      webSocketUrl: "wss://api.example.com/base/ws/events/ingest",
      restUrl: "https://api.example.com/base/api/v1/events/batch",
    });
  });

  it("takes plain http for this machine only", () => {
    for (const host of ["localhost:1", "127.0.0.1:1", "127.1.2.3", "[::1]:1"]) {
      assert.ok(serverAddress(`http://${host}`).ok, host);
    }
    for (const host of [
      "example.com",
      "10.0.0.1",
      "localhost.example.com",
      "127.0.0.1.example.com",
    ]) {
      assert.ok(!serverAddress(`http://${host}`).ok, host);
    }
  });

  it("refuses what is no web address, and one with a password", () => {
    for (const url of ["", "example.com", "ftp://x", "https://a:b@x"]) {
      assert.ok(!serverAddress(url).ok, url);
    }
  });
});

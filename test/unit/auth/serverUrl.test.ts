import assert from "node:assert/strict";
import {
  parseServerUrl,
  proposedServerUrl,
  serverNameOf,
} from "../../../src/auth/serverUrl";
import { AppError } from "../../../src/base/errors";

describe("A server's address", () => {
  const good: [string, string][] = [
    ["https://api.example.org", "https://api.example.org"],
    ["  https://API.example.org/  ", "https://api.example.org"],
    ["https://example.org:8443", "https://example.org:8443"],
    ["https://example.org:443/", "https://example.org"],
    ["https://example.org/failproof//", "https://example.org/failproof"],
    ["https://example.org/?a=1#b", "https://example.org"],
    ["http://127.0.0.1:4711", "http://127.0.0.1:4711"],
    ["http://localhost:4711/", "http://localhost:4711"],
    ["http://[::1]:4711", "http://[::1]:4711"],
    [proposedServerUrl, proposedServerUrl],
  ];
  for (const [text, url] of good) {
    it(`is taken as ${url}: "${text}"`, () => {
      assert.equal(parseServerUrl(text), url);
    });
  }

  const bad = [
    "",
    "example.org",
    "//example.org",
    "http://example.org",
    "http://127.0.0.1.example.org",
    "http://localhost.example.org",
    "http://192.168.1.1",
    "http://0.0.0.0:80",
    "ws://127.0.0.1",
    "ftp://localhost",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://ada@example.org",
    "https://ada:secret@example.org",
    "http://:secret@localhost",
    "https://",
  ];
  for (const text of bad) {
    it(`is refused: "${text}"`, () => {
      assert.throws(
        () => parseServerUrl(text),
        (error) => error instanceof AppError && error.code === "server-url",
      );
    });
  }

  it("is not repeated in the error when it holds a password", () => {
    assert.throws(
      () => parseServerUrl("http://ada:secret@example.org"),
      (error) => error instanceof Error && !error.message.includes("secret"),
    );
  });
});

describe("The setting's server", () => {
  it("is none, this machine's, or an address, however it is typed", () => {
    assert.equal(serverNameOf("  "), "");
    assert.equal(serverNameOf(" local "), "local");
    assert.equal(serverNameOf("https://Example.org/"), "https://example.org");
  });

  it("is not taken from what a token must not be sent to", () => {
    for (const text of ["http://example.org", "ftp://x", "Local"]) {
      assert.throws(
        () => serverNameOf(text),
        (error) => error instanceof AppError && error.code === "server-url",
      );
    }
  });
});

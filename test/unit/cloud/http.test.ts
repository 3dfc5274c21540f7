import assert from "node:assert/strict";
import { request } from "node:http";
import { TestServer } from "./testServer";

describe("the embedded server's door", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(() => server.end());

  /** With node:http, because fetch does not let anyone choose the Host. */
  const statusOf = (
    path: string,
    headers: Record<string, string>,
    method = "GET",
  ) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request(
        { port: server.port, host: "127.0.0.1", path, method, headers },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      sent.on("error", reject);
      sent.end();
    });

  it("says what it is", async () => {
    const response = await server.fetch("/health");
    assert.deepEqual(await response.json(), {
      name: "failproof-local",
      version: "1.2.3",
    });
  });

  it("answers unknown paths and methods in JSON", async () => {
    const missing = await server.post("/api/v2/nothing", {});
    assert.deepEqual(
      [missing.status, missing.body["error"]],
      [404, "not_found"],
    );
    const method = await server.post("/health", {});
    assert.equal(method.status, 405);
    assert.equal(method.headers.get("allow"), "GET");
  });

  it("has no fault switches unless it was started with them", async () => {
    assert.equal((await server.post("/__faults", { faults: [] })).status, 404);
  });

  it("answers under this machine's names only, against DNS rebinding", async () => {
    const { port } = server;
    for (const host of [`127.0.0.1:${port}`, "localhost:1", "localhost"]) {
      assert.equal(await statusOf("/health", { host }), 200, host);
    }
    for (const host of [
      "example.org",
      "localhost.example.org:1",
      "127.0.0.1:1:1",
    ]) {
      assert.equal(await statusOf("/health", { host }), 421, host);
    }
  });

  it("refuses requests that other web sites make", async () => {
    const refused = [
      { origin: "https://example.org" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
      {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "iframe",
      },
    ];
    for (const headers of refused) {
      const status = await statusOf("/device", { ...headers });
      assert.equal(status, 403, JSON.stringify(headers));
    }
    const response = await server.fetch("/health");
    assert.equal(response.headers.get("access-control-allow-origin"), null);
  });

  it("lets an editor in the browser open the page in a window of its own", async () => {
    const headers = {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    };
    assert.equal(await statusOf("/device", headers), 200);
    assert.equal(await statusOf("/device", headers, "POST"), 403);
  });

  it("wants JSON, and says so", async () => {
    const path = "/api/v1/auth/device-code";
    const plain = await server.post(path, "{}", {
      "content-type": "text/plain",
    });
    assert.equal(plain.status, 415);
    assert.equal((await server.post(path, "{")).status, 400);
    assert.equal((await server.post(path, "[]")).status, 400);
    const wrongType = { device_code: 7 };
    const answer = await server.post("/api/v1/auth/device-token", wrongType);
    assert.deepEqual(
      [answer.status, answer.body["error"]],
      [400, "invalid_request"],
    );
  });

  it("answers a body that is too long with 413, however long it is", async () => {
    const padding = "x".repeat(70_000);
    const small = await server.post("/api/v1/auth/device-code", { padding });
    assert.equal(small.status, 413);
    const batch = await server.post("/api/v1/events/batch", {
      padding: padding.repeat(100),
    });
    assert.equal(batch.status, 413);
  });

  it("does not mind a client that hangs up halfway", async () => {
    const sent = request({
      ...{ port: server.port, host: "127.0.0.1", method: "POST" },
      path: "/api/v1/auth/device-code",
      headers: { "content-length": "1000" },
    });
    const failed = new Promise((resolve) => sent.on("error", resolve));
    await new Promise((resolve) => sent.write("{", resolve));
    sent.destroy(new Error("hung up"));
    await failed;
    assert.equal((await server.fetch("/health")).status, 200);
  });
});

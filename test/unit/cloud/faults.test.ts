import assert from "node:assert/strict";
import { sampleEvent, TestServer } from "./testServer";

describe("the fault switches", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start({ faultsEnabled: true });
  });
  afterEach(() => server.end());

  const plan = async (...faults: object[]) => {
    const answer = await server.post("/__faults", { faults });
    assert.equal(answer.status, 200);
  };

  it("answer device-code with a captive portal's page", async () => {
    await plan({ path: "/api/v1/auth/device-code", kind: "html" });
    const response = await server.fetch("/api/v1/auth/device-code", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    assert.equal(response.status, 200);
    assert.match(await response.text(), /^<!doctype html>/);
    await server.deviceCode();
  });

  it("answer anything with 503, as often as asked, with Retry-After", async () => {
    await plan({
      path: "*",
      kind: "status",
      status: 503,
      count: 2,
      retry_after: 7,
    });
    const first = await server.fetch("/health");
    assert.deepEqual(
      [first.status, first.headers.get("retry-after")],
      [503, "7"],
    );
    assert.equal(
      (await server.post("/api/v1/auth/device-code", {})).status,
      503,
    );
    assert.equal((await server.fetch("/health")).status, 200);
  });

  it("drop the answer after the work is done", async () => {
    const { access } = await server.signIn();
    await plan({ path: "/api/v1/events/batch", kind: "drop" });
    const events = [sampleEvent()];
    await assert.rejects(server.send(access, events));
    assert.equal((await server.send(access, events)).body["duplicates"], 1);
  });

  it("delay an answer", async () => {
    await plan({ path: "/health", kind: "delay", ms: 5000 });
    let isAnswered = false;
    const answer = server.fetch("/health").then((response) => {
      isAnswered = true;
      return response.status;
    });
    await server.fetch("/device");
    while (server.clock.pending === 0) {
      await server.fetch("/device");
    }
    assert.equal(isAnswered, false);
    await server.clock.advance(5000);
    assert.equal(await answer, 200);
  });

  it("show what is left, and are cleared by an empty plan", async () => {
    await plan({ path: "/health", kind: "html", count: 3 });
    await server.fetch("/health");
    const response = await server.fetch("/__faults");
    assert.deepEqual(await response.json(), {
      faults: [{ path: "/health", kind: "html", count: 2 }],
    });
    await plan();
    assert.match(
      await (await server.fetch("/health")).text(),
      /failproof-local/,
    );
  });

  it("refuse a fault that does not exist", async () => {
    const faults = [{ path: "*", kind: "explode" }];
    assert.equal((await server.post("/__faults", { faults })).status, 400);
  });
});

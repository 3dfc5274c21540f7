import assert from "node:assert/strict";
import { sampleEvent, TestServer, tokensIn } from "./testServer";

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
      faults: [{ path: "/health", kind: "html", count: 2, every: 1 }],
      clock_offset_ms: 0,
    });
    await plan();
    assert.match(
      await (await server.fetch("/health")).text(),
      /failproof-local/,
    );
  });

  it("lose the answer to a refresh after rotating, and the same token gets the successor", async () => {
    const first = await server.signIn();
    await plan({ path: "/api/v1/auth/refresh", kind: "drop", count: 2 });
    await assert.rejects(server.refresh(first.refresh));
    await assert.rejects(server.refresh(first.refresh));
    const second = tokensIn(await server.refresh(first.refresh));
    assert.equal((await server.refresh(second.refresh)).status, 200);
    assert.equal((await server.refresh(first.refresh)).status, 400);
  });

  it("strike each third request, counting those that they let pass", async () => {
    const fault = { path: "/health", kind: "status", status: 500 };
    await plan({ ...fault, every: 3, count: 2 });
    const statuses: number[] = [];
    for (let at = 0; at < 9; at += 1) {
      statuses.push((await server.fetch("/health")).status);
      await server.fetch("/device");
    }
    assert.deepEqual(statuses, [200, 200, 500, 200, 200, 500, 200, 200, 200]);
  });

  it("let the next of the plan strike where one lets a request pass", async () => {
    const status = (code: number, every: number) => ({
      ...{ path: "*", kind: "status", status: code, every, count: 9 },
    });
    await plan(status(500, 2), status(503, 1));
    const statuses: number[] = [];
    for (let at = 0; at < 4; at += 1) {
      statuses.push((await server.fetch("/health")).status);
    }
    assert.deepEqual(statuses, [503, 500, 503, 500]);
  });

  it("take a poll for one that came too early, and the interval grows for good", async () => {
    const code = await server.deviceCode();
    await plan({ path: "/api/v1/auth/device-token", kind: "slow_down" });
    const poll = async () =>
      (await server.poll(code.device_code)).body["error"];
    assert.equal(await poll(), "slow_down");
    await server.clock.advance(5000);
    assert.equal(await poll(), "slow_down", "the interval is 10 s now");
    await server.clock.advance(15_000);
    assert.equal(await poll(), "authorization_pending");
  });

  it("set the server's clock off, for what it says and for what it does", async () => {
    const { access } = await server.signIn();
    const setOff = (ms: number) =>
      server.post("/__faults", { faults: [], clock_offset_ms: ms });
    const saidAt = async () => {
      const response = await server.fetch("/health");
      return Date.parse(response.headers.get("date") ?? "");
    };
    assert.equal(await saidAt(), server.clock.now());
    await setOff(3_600_000);
    assert.equal(await saidAt(), server.clock.now() + 3_600_000);
    assert.equal(await server.me(access), 401);
    await setOff(-60_000);
    assert.equal(await saidAt(), server.clock.now() - 60_000);
    await plan();
    assert.equal(await saidAt(), server.clock.now());
    assert.equal(await server.me(access), 200);
  });

  it("refuse a fault that does not exist", async () => {
    const faults = [{ path: "*", kind: "explode" }];
    assert.equal((await server.post("/__faults", { faults })).status, 400);
  });
});

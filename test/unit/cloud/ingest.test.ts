import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import { eventRecordSchema } from "../../../src/protocol/eventRecord";
import { countsSchema, sampleEvent, TestServer } from "./testServer";

describe("events over REST", () => {
  let server: TestServer;
  let token: string;
  beforeEach(async () => {
    server = await TestServer.start();
    token = (await server.signIn()).access;
  });
  afterEach(() => server.end());

  const send = async (events: readonly unknown[], accessToken = token) => {
    const answer = await server.send(accessToken, events);
    assert.equal(answer.status, 200);
    return v.parse(countsSchema, answer.body);
  };

  /** What another process sees in the file: what is committed. */
  const rows = () => {
    const file = join(server.folder, "failproof.sqlite");
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return database.prepare("SELECT * FROM events").all();
    } finally {
      database.close();
    }
  };

  it("are on the disk, every field of them, when the answer comes", async () => {
    const event = sampleEvent();
    assert.deepEqual(await send([event]), {
      ...{ accepted: 1, duplicates: 0, rejected: [] },
    });
    const [row] = rows();
    assert.ok(row);
    for (const [field, value] of Object.entries(event)) {
      const expected = Array.isArray(value) ? JSON.stringify(value) : value;
      assert.equal(row[field], expected, field);
    }
    assert.equal(row["received_at"], server.clock.now());
    const fields = Object.keys(eventRecordSchema.entries);
    assert.deepEqual(
      Object.keys(row).sort(),
      [...fields, "user_id", "received_at"].sort(),
    );
  });

  it("are stored once, however often they are sent", async () => {
    const events = [sampleEvent(), sampleEvent()];
    await send(events);
    const again = await send([...events, ...events, sampleEvent()]);
    assert.deepEqual(again, { accepted: 1, duplicates: 4, rejected: [] });
    assert.equal(rows().length, 3);
  });

  it("are kept apart by user", async () => {
    const event = sampleEvent();
    await send([event]);
    const other = await server.signIn("other@localhost");
    assert.equal((await send([event], other.access)).accepted, 1);
  });

  it("that do not fit are rejected one by one, and the others stored", async () => {
    const good = sampleEvent();
    const wrong = sampleEvent();
    const answer = await send([
      good,
      { ...wrong, tool_name: { secret: "hunter2" } },
      { ...sampleEvent(), client_event_id: "no uuid" },
      { ...sampleEvent(), timestamp: 1e300 },
      { ...sampleEvent(), timestamp: null },
      null,
      "text",
      {},
    ]);
    assert.equal(answer.accepted, 1);
    assert.equal(answer.rejected.length, 7);
    assert.deepEqual(answer.rejected[0], {
      client_event_id: wrong.client_event_id,
      reason: "tool_name must be string",
    });
    assert.equal(answer.rejected[1]?.client_event_id, "no uuid");
    assert.equal(answer.rejected[4]?.client_event_id, null);
    assert.doesNotMatch(JSON.stringify(answer), /hunter2/);
  });

  it("may carry fields that nobody knows yet, which are dropped", async () => {
    const event = { ...sampleEvent(), tool_input: "rm -rf /", later: 1 };
    assert.equal((await send([event])).accepted, 1);
    assert.doesNotMatch(JSON.stringify(rows()), /rm -rf/);
  });

  it("survive odd text and empty batches", async () => {
    const reason = 'nul \0, half \ud800, "quotes", 日本語, 🛡';
    assert.equal((await send([sampleEvent({ reason })])).accepted, 1);
    assert.deepEqual(await send([]), {
      ...{ accepted: 0, duplicates: 0, rejected: [] },
    });
  });

  it("come a thousand at a time at most", async () => {
    const events = Array.from({ length: 1001 }, () => sampleEvent());
    assert.equal((await server.send(token, events)).status, 413);
    assert.equal(rows().length, 0);
    assert.equal((await send(events.slice(1))).accepted, 1000);
  });

  it("need a good access token", async () => {
    const missing = await server.post("/api/v1/events/batch", { events: [] });
    assert.equal(missing.status, 401);
    assert.match(missing.headers.get("www-authenticate") ?? "", /^Bearer/);
    await server.clock.advance(3_600_000);
    assert.equal((await server.send(token, [])).status, 401);
  });

  it("of a batch that is none are refused as a whole", async () => {
    const headers = { authorization: `Bearer ${token}` };
    const path = "/api/v1/events/batch";
    for (const body of [{}, { events: {} }, [sampleEvent()]]) {
      assert.equal((await server.post(path, body, headers)).status, 400);
    }
  });

  it("outlive a restart, and are still recognised", async () => {
    const event = sampleEvent();
    await send([event]);
    await server.halt();
    await server.launch();
    assert.equal((await send([event])).duplicates, 1);
  });
});

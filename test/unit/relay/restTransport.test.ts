import assert from "node:assert/strict";
import { systemClock } from "../../../src/node/systemClock";
import { RestTransport } from "../../../src/relay/restTransport";
import { serverAddress } from "../../../src/relay/serverAddress";
import { AnswerServer } from "../../fakes/answerServer";
import { IngestServer } from "../../fakes/ingestServer";
import { someRecord } from "../../fakes/queueHome";

function addresses(server: { url: string }) {
  const address = serverAddress(server.url);
  assert.ok(address.ok);
  return address;
}

describe("RestTransport", () => {
  let server: IngestServer;
  let transport: RestTransport;
  beforeEach(async () => {
    server = new IngestServer();
    await server.start();
    transport = new RestTransport({
      fetch,
      clock: systemClock,
      restUrl: addresses(server).restUrl,
      accessToken: "token-1",
    });
  });
  afterEach(async () => {
    transport.close();
    await server.stop();
  });

  const sendOne = () => transport.send([someRecord()]);

  it("delivers a batch", async () => {
    const events = [someRecord(), someRecord()];
    server.accepts = (token) => token === "token-1";
    assert.deepEqual(await transport.send(events), {
      kind: "sent",
      rejected: [],
    });
    assert.deepEqual([...server.events.values()], events);
  });

  it("takes a login page for no delivery, though its status is 200", async () => {
    server.isPortal = true;
    assert.equal((await sendOne()).kind, "retryable");
  });

  it("says which events the server refused among others that it took", async () => {
    const [good, bad] = [someRecord(), someRecord({ tool_name: "bad" })];
    server.namesRejected = true;
    server.isBad = (event) => event.tool_name === "bad";
    assert.deepEqual(await transport.send([good, bad]), {
      kind: "sent",
      rejected: [{ clientEventId: bad.client_event_id, reason: "bad event" }],
    });
  });

  for (const [status, kind] of [
    [301, "retryable"],
    [400, "rejected"],
    [403, "retryable"],
    [404, "retryable"],
    [413, "rejected"],
    [422, "rejected"],
    [429, "retryable"],
    [500, "retryable"],
    [503, "retryable"],
  ] as const) {
    it(`takes ${status} as ${kind}`, async () => {
      server.postStatus = status;
      server.postHeaders = { location: `${server.url}/elsewhere` };
      assert.equal((await sendOne()).kind, kind);
      assert.equal(server.posts, 1);
    });
  }

  it("sends a long batch in the contract's pieces", async () => {
    const events = Array.from({ length: 250 }, () => someRecord());
    assert.equal((await transport.send(events)).kind, "sent");
    assert.equal(server.posts, 3);
    assert.deepEqual([...server.events.values()], events);
  });

  it("reads no more of an endless page than a server would have to say", async () => {
    const endless = new AnswerServer();
    await endless.start();
    let writtenBytes = 0;
    endless.answer = (response) => {
      response.writeHead(200, { "content-type": "text/html" });
      const fill = () => {
        let isReady = true;
        while (isReady && !response.destroyed) {
          isReady = response.write("x".repeat(65_536));
          writtenBytes += 65_536;
        }
      };
      response.on("drain", fill);
      fill();
    };
    const { restUrl } = addresses(endless);
    const deps = { fetch, clock: systemClock, accessToken: "t", restUrl };
    const outcome = await new RestTransport(deps).send([someRecord()]);
    assert.equal(outcome.kind, "retryable");
    assert.ok(writtenBytes < 50 * 1024 * 1024);
    await endless.stop();
  });

  it("takes 401 as a token that is not accepted", async () => {
    server.accepts = () => false;
    assert.deepEqual(await sendOne(), { kind: "unauthorized" });
  });

  it("hands on how long the server wants to be left alone", async () => {
    server.postStatus = 429;
    server.postHeaders = { "retry-after": "7" };
    const outcome = await sendOne();
    assert.equal(outcome.kind === "retryable" && outcome.afterMs, 7_000);
  });

  it("says so in a sentence when nobody listens", async () => {
    await server.stop();
    const outcome = await sendOne();
    assert.match(
      outcome.kind === "retryable" ? outcome.reason : "",
      /cannot be reached/,
    );
  });
});

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { FallbackTransport } from "../../../src/relay/fallbackTransport";
import { RestTransport } from "../../../src/relay/restTransport";
import { serverAddress } from "../../../src/relay/serverAddress";
import { WebSocketTransport } from "../../../src/relay/webSocketTransport";
import { FakeClock } from "../../fakes/fakeClock";
import { IngestServer } from "../../fakes/ingestServer";
import { someRecord } from "../../fakes/queueHome";

function addresses(server: IngestServer) {
  const address = serverAddress(server.url);
  assert.ok(address.ok);
  return address;
}

describe("FallbackTransport", () => {
  let server: IngestServer;
  let clock: FakeClock;
  let transport: FallbackTransport;
  beforeEach(async () => {
    server = new IngestServer();
    await server.start();
    clock = new FakeClock();
    const { webSocketUrl, restUrl } = addresses(server);
    const common = { clock, accessToken: "t", newId: randomUUID, fetch };
    transport = new FallbackTransport({
      clock,
      webSocket: new WebSocketTransport({
        ...common,
        webSocketUrl,
        onClosed: () => {},
      }),
      rest: new RestTransport({ ...common, restUrl }),
    });
  });
  afterEach(async () => {
    transport.close();
    await server.stop();
  });

  it("goes over REST where WebSocket is refused, and tries WebSocket again after 10 minutes", async () => {
    server.hasWebSocket = false;
    assert.deepEqual(await transport.send([]), { kind: "sent", rejected: [] });
    assert.equal((await transport.send([someRecord()])).kind, "sent");
    assert.equal(server.posts, 1);
    server.hasWebSocket = true;
    await transport.send([someRecord()]);
    assert.equal(server.posts, 2);
    await clock.advance(10 * 60_000);
    await transport.send([someRecord()]);
    assert.deepEqual([server.posts, server.connections], [2, 1]);
  });

  it("asks REST about a batch that WebSocket answered with an error", async () => {
    server.isBad = () => true;
    assert.equal((await transport.send([someRecord()])).kind, "rejected");
    assert.equal(server.connections, 1);
  });
});

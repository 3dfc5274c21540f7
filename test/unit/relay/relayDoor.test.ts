import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import * as v from "valibot";
import { systemClock } from "../../../src/node/systemClock";
import { relayProtocol, type ToRelay } from "../../../src/protocol/delivery";
import { attach, type AttachOutcome } from "../../../src/relay/attach";
import {
  challengeSchema,
  makeHello,
  proofOf,
} from "../../../src/relay/handshake";
import { relayPlace } from "../../../src/relay/relayPlace";
import { RelayProcess } from "../../../src/relay/relayProcess";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";
import { IngestServer } from "../../fakes/ingestServer";
import { QueueHome } from "../../fakes/queueHome";
import { RelayWindow } from "../../fakes/relayHarness";

const identity = { protocol: relayProtocol, build: "1.0.0" };

/** What the relay asks of a visitor who has said hello. */
async function challengeTo(visitor: Visitor) {
  return v.parse(challengeSchema, await visitor.line(0));
}

/** Whoever connects without being asked who he is. */
class Visitor {
  text = "";
  isCut = false;
  readonly socket: Socket;

  constructor(address: string) {
    this.socket = connect(address);
    this.socket.on("error", () => {});
    this.socket.on("data", (data) => (this.text += String(data)));
    this.socket.on("close", () => (this.isCut = true));
  }

  get lines(): Record<string, unknown>[] {
    return this.text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  say(message: object): void {
    this.socket.write(`${JSON.stringify(message)}\n`);
  }

  line(index: number): Promise<Record<string, unknown>> {
    return eventually(() => this.lines[index], "a line comes");
  }

  cut(): Promise<unknown> {
    return eventually(() => this.isCut, "the connection is cut");
  }
}

describe("The relay's door", function () {
  this.timeout(30_000);
  let home: QueueHome;
  let server: IngestServer;
  let clock: FakeClock;
  let relay: RelayProcess;
  let isOver: boolean;
  let place: { address: string; key: string };
  let window: RelayWindow;
  let visitors: Visitor[];

  beforeEach(async () => {
    home = new QueueHome();
    server = new IngestServer();
    await server.start();
    clock = new FakeClock();
    isOver = false;
    relay = new RelayProcess({
      ...{ paths: home.paths, clock },
      build: "1.0.0",
      random: () => 0,
    });
    void relay.run().then(() => (isOver = true));
    place = relayPlace(home.paths);
    window = new RelayWindow(home, identity);
    visitors = [];
    await window.reaches(({ queued }) => queued === 0, "is attached");
  });
  afterEach(async () => {
    visitors.forEach(({ socket }) => socket.destroy());
    relay.end("alone");
    await eventually(async () => {
      await clock.advance(3_000);
      return isOver;
    }, "the relay ends");
    await window.cut();
    await server.stop();
    home.remove();
    assert.equal(clock.pending, 0);
  });

  const visit = () => {
    const visitor = new Visitor(place.address);
    visitors.push(visitor);
    return visitor;
  };
  /** The relay works, for the window that was there before. */
  const stillWorks = async () => {
    void window.signIn(server.url, "good");
    const { client_event_id } = home.append();
    await eventually(async () => {
      await clock.advance(200);
      return server.events.has(client_event_id);
    }, "the event arrives");
    assert.deepEqual(new Set(server.tokens), new Set(["good"]));
  };
  /** Everything that somebody may say who has not proved himself. */
  const orders: ToRelay[] = [
    { type: "credential", serverUrl: "http://127.0.0.1:9", accessToken: "bad" },
    { type: "stop" },
    { type: "handOver" },
    { type: "detach" },
    { type: "signedOut" },
  ];

  it("obeys nobody who gives no proof, or a wrong one", async () => {
    const wordless = visit();
    orders.forEach((order) => wordless.say(order));
    await wordless.cut();
    const liar = visit();
    liar.say(makeHello({ ...identity, build: "99" }));
    liar.say({ type: "proof", proof: "0".repeat(64) });
    orders.forEach((order) => liar.say(order));
    await liar.cut();
    // No more than the challenge: no status, nothing.
    assert.deepEqual(
      liar.lines.map(({ type }) => type),
      ["challenge"],
    );
    await stillWorks();
  });

  it("takes no proof twice, and not its own for a window's", async () => {
    const hello = makeHello(identity);
    const first = visit();
    first.say(hello);
    const challenge = await challengeTo(first);
    const proof = proofOf("window", place.key, hello, challenge);
    first.say({ type: "proof", proof });
    await first.line(1);
    const again = visit();
    again.say(hello);
    const { proof: own } = await again.line(0);
    again.say({ type: "proof", proof });
    await again.cut();
    const mirror = visit();
    mirror.say(hello);
    await mirror.line(0);
    mirror.say({ type: "proof", proof: own });
    await mirror.cut();
  });

  it("does not believe a build that was not the one in the proof", async () => {
    const visitor = visit();
    const hello = makeHello({ ...identity, build: "0.9" });
    visitor.say({ ...hello, build: "99" });
    const challenge = await challengeTo(visitor);
    const proof = proofOf("window", place.key, hello, challenge);
    visitor.say({ type: "proof", proof });
    visitor.say({ type: "handOver" });
    await visitor.cut();
    await stillWorks();
  });

  for (const build of ["1.0.0", "0.9.9", "garbage"]) {
    it(`does not hand over to build ${build}`, async () => {
      const other = new RelayWindow(home, { ...identity, build });
      await other.send({ type: "handOver" });
      await other.send({ type: "syncNow", requestId: "r" });
      await eventually(
        () => other.messages.some(({ type }) => type === "synced"),
        "it goes on",
      );
      await other.cut();
      await stillWorks();
    });
  }

  it("sends away who hesitates, and of too many the one who has been there longest", async () => {
    const silent = visit();
    const half = visit();
    half.socket.write('{"type":"hel');
    const asked = visit();
    asked.say(makeHello(identity));
    await asked.line(0);
    await clock.advance(5_000);
    await Promise.all([silent.cut(), half.cut(), asked.cut()]);
    const many = Array.from({ length: 40 }, visit);
    await eventually(
      () => many.filter(({ isCut }) => isCut).length === 8,
      "8 of 40 are cut",
    );
    assert.ok(many.slice(0, 8).every(({ isCut }) => isCut));
    await stillWorks();
  });

  it("survives whatever bytes come to its door", async () => {
    const words = ["{", '"type":"hello"', "\n", "\0", '{"type":"proof"}\n'];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 4_096 }).map((array) => Buffer.from(array)),
      fc
        .array(fc.constantFrom(...words), { maxLength: 30 })
        .map((parts) => Buffer.from(parts.join(""))),
      fc.constant(Buffer.alloc(300_000, "x")),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (input, isCutOff) => {
        const visitor = visit();
        visitor.socket.end(input);
        if (isCutOff) {
          visitor.socket.destroy();
        }
        await visitor.cut();
        assert.ok(visitor.lines.length <= 1);
      }),
      { numRuns: 100 },
    );
    await stillWorks();
  });

  it("survives whatever a proven window says, and passes over what it does not understand", async () => {
    const said = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom(...orders.map((one) => JSON.stringify(one).slice(0, -1))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 20 }), async (lines) => {
        const visitor = await prove();
        visitor.socket.write(`${lines.join("\n")}\n`);
        visitor.say({ type: "syncNow", requestId: "last" });
        await eventually(
          () => visitor.text.includes('"requestId":"last"'),
          "it answers the last line",
        );
        visitor.socket.destroy();
        await visitor.cut();
      }),
      { numRuns: 30 },
    );
    await stillWorks();
  });

  it("takes half a line for nothing when a window is killed in the middle of it", async () => {
    const visitor = await prove();
    visitor.socket.end(JSON.stringify({ type: "stop" }));
    await visitor.cut();
    await stillWorks();
  });

  it("drops a window that does not read, and keeps no more than its bound for it", async () => {
    const visitor = await prove();
    visitor.socket.pause();
    // Five times what both buffers take.
    for (let asked = 0; asked < 2_500; asked += 1) {
      visitor.say({ type: "syncNow", requestId: "x".repeat(1_000) });
    }
    const other = new RelayWindow(home, identity);
    await other.reaches(({ queued }) => queued === 0, "another one is served");
    await eventually(() => {
      visitor.socket.write("\n");
      return visitor.isCut;
    }, "the one that does not read is cut");
    await other.cut();
    await stillWorks();
  });

  /** Somebody who knows the key. */
  async function prove(): Promise<Visitor> {
    const visitor = visit();
    const hello = makeHello(identity);
    visitor.say(hello);
    const challenge = await challengeTo(visitor);
    const proof = proofOf("window", place.key, hello, challenge);
    visitor.say({ type: "proof", proof });
    await visitor.line(1);
    return visitor;
  }

  it("lets a window of another protocol ask for a handover, and nothing else", async () => {
    const { address, key } = place;
    const outcome: AttachOutcome = await attach({
      ...{ address, key },
      identity: { protocol: relayProtocol + 1, build: "2.0.0" },
      clock: systemClock,
      signal: new AbortController().signal,
      onMessage: () => {},
    });
    assert.ok(outcome.kind === "attached");
    assert.deepEqual(outcome.relay, identity);
    outcome.attachment.send({ type: "stop" });
    await stillWorks();
    outcome.attachment.send({ type: "handOver" });
    assert.equal(await window.ended(), "handOver");
    outcome.attachment.dispose();
  });
});

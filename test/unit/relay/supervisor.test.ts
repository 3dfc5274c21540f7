import assert from "node:assert/strict";
import { nullLogger } from "../../../src/base/log";
import type {
  ManagedProcessOptions,
  ProcessEnd,
} from "../../../src/node/managedProcess";
import { initialRelayStatus } from "../../../src/protocol/delivery";
import {
  type RelayChild,
  RelaySupervisor,
} from "../../../src/relay/supervisor";
import { FakeClock } from "../../fakes/fakeClock";

class FakeChild implements RelayChild {
  readonly lines: string[] = [];
  isStopped = false;
  end!: (end: ProcessEnd) => void;
  readonly ended = new Promise<ProcessEnd>((resolve) => {
    this.end = resolve;
  });

  constructor(readonly options: ManagedProcessOptions) {}

  writeLine(line: string): boolean {
    this.lines.push(line);
    return true;
  }

  stop(): Promise<ProcessEnd> {
    this.isStopped = true;
    this.end({ code: 0, signal: null, error: null });
    return this.ended;
  }

  dispose(): void {}
}

const died: ProcessEnd = { code: null, signal: "SIGKILL", error: null };
const credential = { serverUrl: "https://x", accessToken: "secret-token" };

describe("RelaySupervisor", () => {
  let clock: FakeClock;
  let children: FakeChild[];
  let supervisor: RelaySupervisor;
  beforeEach(() => {
    clock = new FakeClock();
    children = [];
    supervisor = new RelaySupervisor({
      command: "node",
      args: ["relay.js"],
      env: { FAILPROOFAI_HOME: "/x" },
      clock,
      random: () => 0.5,
      log: nullLogger,
      startProcess: (options) => {
        const child = new FakeChild(options);
        children.push(child);
        return child;
      },
    });
    supervisor.start();
  });
  afterEach(() => {
    supervisor.dispose();
    assert.equal(clock.pending, 0);
  });

  const child = (index = -1) => {
    const found = children.at(index);
    assert.ok(found);
    return found;
  };
  const say = (message: object) =>
    child().options.onLine(JSON.stringify(message));

  it("starts one relay, also when its end is answered with a start", async () => {
    const listener = supervisor.onDidChangeStatus(({ connection }) => {
      if (connection === "offline") {
        supervisor.start();
      }
    });
    child().end(died);
    await clock.advance(60_000);
    assert.equal(children.length, 2);
    listener.dispose();
  });

  it("starts one relay, however often it is asked", () => {
    supervisor.start();
    assert.equal(children.length, 1);
  });

  it("gives the credential to the relay, and to the next one after a crash", async () => {
    supervisor.setCredential(credential);
    assert.deepEqual(
      child().lines.map((line) => JSON.parse(line) as unknown),
      [{ type: "signedOut" }, { type: "credential", ...credential }],
    );
    child().end(died);
    await clock.advance(500);
    assert.equal(children.length, 2);
    assert.deepEqual(JSON.parse(child().lines[0] ?? ""), {
      type: "credential",
      ...credential,
    });
  });

  it("puts the token in no argument and no environment", () => {
    supervisor.setCredential(credential);
    const { command, args, env } = child().options;
    assert.ok(!JSON.stringify([command, args, env]).includes("secret-token"));
  });

  it("hands on the status", () => {
    const seen: unknown[] = [];
    supervisor.onDidChangeStatus((status) => seen.push(status));
    const status = {
      ...initialRelayStatus,
      connection: "online",
      queued: 3,
    } as const;
    say({ type: "status", status });
    assert.deepEqual(seen, [status]);
    assert.deepEqual(supervisor.status, status);
  });

  it("passes over a line that it does not understand", () => {
    child().options.onLine("garbage");
    say({ type: "status", status: { connection: "flying" } });
    assert.deepEqual(supervisor.status, initialRelayStatus);
  });

  it("says when the token is refused", () => {
    let count = 0;
    supervisor.onCredentialRejected(() => {
      count += 1;
    });
    say({ type: "credentialRejected" });
    assert.equal(count, 1);
  });

  it("answers a sync with what the relay says", async () => {
    const result = supervisor.syncNow();
    const asked = JSON.parse(child().lines.at(-1) ?? "") as {
      requestId: string;
    };
    say({ type: "synced", requestId: asked.requestId, sent: 4, problem: null });
    assert.deepEqual(await result, { sent: 4, problem: null });
  });

  it("answers a sync when the relay dies instead", async () => {
    const result = supervisor.syncNow();
    child().end(died);
    assert.equal((await result).problem, "The relay has ended.");
  });

  it("gives up after five failures in a minute, says so, and starts again when asked", async () => {
    for (let failure = 1; failure <= 5; failure += 1) {
      assert.equal(children.length, failure);
      child().end(died);
      await clock.advance(4_000);
    }
    assert.equal(children.length, 5);
    assert.match(supervisor.status.problem ?? "", /five times/);
    assert.equal(supervisor.isRunning, false);
    assert.match((await supervisor.syncNow()).problem ?? "", /not running/);
    supervisor.start();
    assert.equal(children.length, 6);
  });

  it("goes on for ever when failures are rare", async () => {
    for (let failure = 1; failure <= 8; failure += 1) {
      child().end(died);
      await clock.advance(20_000);
      assert.equal(children.length, failure + 1);
    }
  });

  it("stops the relay without starting another one", async () => {
    await supervisor.stop();
    assert.equal(child().isStopped, true);
    await clock.advance(60_000);
    assert.equal(children.length, 1);
  });
});

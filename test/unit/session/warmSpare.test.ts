import assert from "node:assert/strict";
import { eventually } from "../../fakes/eventually";
import {
  type RunScript,
  ScriptedCliProgramFile,
} from "../../fakes/scriptedCli";
import { SessionHarness } from "../../fakes/sessionHarness";

describe("A process that is started in advance", function () {
  this.timeout(20_000);
  const program = new ScriptedCliProgramFile();
  let harness: SessionHarness;
  before(() => program.build());
  after(() => program.remove());
  afterEach(() => harness.remove());

  const open = (...scripts: RunScript[]) => {
    harness = new SessionHarness(program.path, scripts);
  };
  const prewarm = () => harness.registry.prewarm(harness.cli.folder);
  const started = (count: number) =>
    eventually(() => harness.cli.processes.length === count, "it started");
  const warm = async (count = 1) => {
    await started(count);
    await eventually(
      () => harness.cli.processes[count - 1]?.facts,
      "it is greeted",
    );
  };
  const aliveOnes = () => harness.cli.processes.map(({ isAlive }) => isAlive);

  it("takes the first prompt of the conversation, which takes its session", async () => {
    open();
    prewarm();
    await warm();
    harness.send("one");
    await harness.settle();
    assert.equal(harness.cli.starts.length, 1);
    assert.deepEqual(harness.cli.prompts(), ["one"]);
    assert.equal(
      harness.session.cliSessionId,
      harness.cli.starts[0]?.session.id,
    );
    assert.equal(harness.session.pid, harness.cli.processes[0]?.pid);
    assert.notEqual(harness.session.conversation.engine.cli, null);
    harness.cli.processes[0]?.signal("SIGKILL");
    await harness.ended();
    harness.send("two");
    await harness.settle();
    assert.deepEqual(harness.cli.starts[1]?.session, {
      ...harness.cli.starts[0]?.session,
      kind: "resume",
    });
  });

  it("is waited for when it is still starting", async () => {
    open();
    prewarm();
    harness.send("one");
    await harness.settle();
    assert.equal(harness.cli.starts.length, 1);
  });

  it("is one, however often it is asked for", async () => {
    open();
    prewarm();
    prewarm();
    await warm();
    prewarm();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(harness.cli.starts.length, 1);
  });

  it("gives way to one with the options that are wanted now", async () => {
    open();
    prewarm();
    await warm();
    harness.registry.prewarm(harness.cli.folder, { model: "opus" });
    await warm(2);
    await harness.cli.processes[0]?.ended;
    assert.deepEqual(aliveOnes(), [false, true]);
    harness.registry.prewarm(harness.elsewhere, { model: "opus" });
    await warm(3);
    await harness.cli.processes[1]?.ended;
    assert.deepEqual(aliveOnes(), [false, false, true]);
  });

  it("is not taken by a conversation that it does not fit, nor by one that resumes", async () => {
    open();
    harness.send("one");
    await harness.settle();
    await harness.session.stop();
    prewarm();
    await warm(2);
    harness.send("two");
    await harness.settle();
    const other = harness.registry.create(harness.cli.folder, {
      permissionMode: "plan",
    });
    other.send("three", "three");
    await eventually(() => other.conversation.activity === "idle", "it is");
    assert.deepEqual(
      harness.cli.starts.map(({ session }) => session.kind),
      ["new", "new", "resume", "new"],
    );
    assert.deepEqual(harness.cli.prompts(1), []);
  });

  it("is not taken once it has ended: another is started", async () => {
    open();
    prewarm();
    await warm();
    process.kill(harness.cli.processes[0]!.pid!, "SIGKILL");
    await harness.cli.processes[0]?.ended;
    harness.send("one");
    await harness.settle();
    assert.deepEqual(harness.notices, []);
    assert.deepEqual(harness.cli.prompts(1), ["one"]);
  });

  it("does not lose the prompt when it ends before it has begun with it", async () => {
    open({ beforePrompt: { 0: [{ do: "exit", code: 0 }] } });
    prewarm();
    await warm();
    harness.send("one");
    await harness.settle();
    assert.match(harness.notices[0] ?? "", /ended before it took your prompt/);
    assert.deepEqual(harness.cli.prompts(1), ["one"]);
    assert.equal(harness.cli.starts[1]?.session.kind, "new");
  });

  it("ends when nobody has needed it for as long as the setting says", async () => {
    open();
    harness.idle.set(30);
    prewarm();
    await warm();
    await harness.clock.advance(30 * 60_000);
    await harness.cli.processes[0]?.ended;
    prewarm();
    await warm(2);
    assert.equal(harness.clock.pending, 1);
    await harness.registry.stop();
    assert.equal(harness.clock.pending, 0);
  });

  it("ends with the window, also while it starts", async () => {
    open();
    prewarm();
    await harness.registry.stop();
    assert.deepEqual(aliveOnes(), [false]);
    prewarm();
    await started(2);
    harness.registry.dispose();
    await harness.cli.processes[1]?.ended;
  });

  it("is no trouble when it cannot be started", async () => {
    open();
    harness.beforeStart = () => Promise.reject(new Error("No."));
    prewarm();
    await new Promise((resolve) => setImmediate(resolve));
    harness.beforeStart = () => Promise.resolve();
    harness.send("one");
    await harness.settle();
    assert.deepEqual(harness.notices, []);
  });
});

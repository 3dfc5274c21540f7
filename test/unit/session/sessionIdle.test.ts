import assert from "node:assert/strict";
import { eventually } from "../../fakes/eventually";
import {
  type RunScript,
  ScriptedCliProgramFile,
} from "../../fakes/scriptedCli";
import { SessionHarness } from "../../fakes/sessionHarness";

const minute = 60_000;

describe("A conversation that is left alone", function () {
  this.timeout(20_000);
  const program = new ScriptedCliProgramFile();
  let harness: SessionHarness;
  before(() => program.build());
  after(() => program.remove());
  afterEach(() => harness.remove());

  const open = (...scripts: RunScript[]) => {
    harness = new SessionHarness(program.path, scripts);
    harness.idle.set(30);
  };
  const isAlive = () => harness.cli.processes[0]?.isAlive;

  it("gives up its process after half an hour, and resumes with the next prompt", async () => {
    open();
    harness.send("one");
    await harness.settle();
    await harness.clock.advance(30 * minute - 1);
    assert.ok(isAlive());
    await harness.clock.advance(1);
    await harness.ended();
    assert.equal(harness.session.conversation.engine.ended, "idle");
    assert.deepEqual(harness.notices, []);
    harness.send("two");
    await harness.settle();
    assert.equal(harness.cli.starts[1]?.session.kind, "resume");
    await harness.registry.stop();
  });

  it("counts from its last turn", async () => {
    open();
    harness.send("one");
    await harness.settle();
    await harness.clock.advance(20 * minute);
    harness.send("two");
    await harness.settle();
    await harness.clock.advance(29 * minute);
    assert.ok(isAlive());
    await harness.clock.advance(minute);
    await harness.ended();
  });

  it("is not left alone while a prompt is in flight, nor while an ask is open", async () => {
    open({ turns: [[{ do: "ask", id: "a1", command: "ls" }]] });
    harness.send("one");
    await harness.reach("waiting");
    assert.equal(harness.clock.pending, 0);
    harness.broker.answer("a1", "allow", "chat");
    await harness.settle();
    assert.equal(harness.clock.pending, 1);
    await harness.registry.stop();
    assert.equal(harness.clock.pending, 0);
  });

  it("is not left alone while a task of the agent's goes on in the background", async () => {
    const tasks = (list: unknown[]) => ({
      do: "say" as const,
      line: {
        type: "system",
        subtype: "background_tasks_changed",
        tasks: list,
      },
    });
    open({
      turns: [[tasks([{ task_id: "t1" }])], [tasks([])]],
    });
    harness.send("one");
    await harness.settle();
    assert.equal(harness.clock.pending, 0);
    harness.send("two");
    await harness.settle();
    await harness.clock.advance(30 * minute);
    await harness.ended();
  });

  it("is not left alone while such a task asks for something", async () => {
    open({ afterTurn: { 1: [{ do: "ask", id: "a1", command: "ls" }] } });
    harness.send("one");
    await harness.settle();
    await eventually(
      () => harness.session.conversation.asks.length === 1,
      "it asks",
    );
    assert.equal(harness.session.conversation.activity, "idle");
    assert.equal(harness.clock.pending, 0);
    harness.broker.answer("a1", "deny", "chat");
    assert.equal(harness.clock.pending, 1);
    await harness.registry.stop();
  });

  it("follows the setting at once, from when it was left, and never ends at 0", async () => {
    open();
    harness.send("one");
    await harness.settle();
    harness.idle.set(0);
    assert.equal(harness.clock.pending, 0);
    await harness.clock.advance(120 * minute);
    assert.ok(isAlive());
    harness.idle.set(150);
    await harness.clock.advance(30 * minute);
    await harness.ended();
  });

  it("takes a prompt that comes while its process ends", async () => {
    open({ ignores: ["inputEnd"] });
    harness.send("one");
    await harness.settle();
    await harness.clock.advance(30 * minute);
    harness.send("two");
    assert.deepEqual(harness.queued, ["two"]);
    await harness.clock.advance(1_000);
    await harness.settle();
    assert.deepEqual(harness.cli.prompts(1), ["two"]);
    await harness.registry.stop();
  });

  it("is left alone again when a prompt was taken back while the process started", async () => {
    open();
    harness.send("one");
    harness.session.removeQueued("one");
    await harness.reach("idle");
    await harness.clock.advance(30 * minute);
    await harness.ended();
  });

  it("has no timer left by any way out", async () => {
    open({ turns: [[], [{ do: "exit", code: 0 }]] });
    harness.send("one");
    await harness.settle();
    assert.equal(harness.clock.pending, 1);
    harness.send("two");
    await harness.ended();
    assert.equal(harness.clock.pending, 0);
    harness.send("three");
    await harness.settle();
    harness.session.restart();
    await eventually(() => harness.cli.starts.length === 3, "it restarts");
    await harness.reach("idle");
    assert.equal(harness.clock.pending, 1);
    harness.cli.processes[2]?.signal("SIGKILL");
    await harness.ended(2);
    assert.equal(harness.clock.pending, 0);
  });
});

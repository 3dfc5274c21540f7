import assert from "node:assert/strict";
import { ScriptedCliProgramFile } from "../../fakes/scriptedCli";
import { SessionHarness } from "../../fakes/sessionHarness";
import { eventually } from "../../fakes/eventually";

describe("The conversations of a window", function () {
  this.timeout(20_000);
  const program = new ScriptedCliProgramFile();
  let harness: SessionHarness;
  before(() => program.build());
  after(() => program.remove());
  afterEach(() => harness.remove());

  it("shows a new conversation, and an earlier one when it is asked to", () => {
    harness = new SessionHarness(program.path, []);
    const { registry, session: first } = harness;
    const shown: string[] = [];
    registry.onDidChangeCurrent(({ id }) => shown.push(id));
    const second = registry.create(harness.elsewhere);
    assert.equal(registry.current, second);
    registry.show(first);
    assert.equal(registry.current, first);
    assert.deepEqual(shown, [second.id, first.id]);
    assert.deepEqual(registry.all, [first, second]);
    assert.equal(
      registry.get(second.id)?.conversation.folder,
      harness.elsewhere,
    );
  });

  it("lets those that are not shown go on", async () => {
    harness = new SessionHarness(program.path, []);
    const second = harness.registry.create(harness.elsewhere);
    harness.send("one");
    second.send("two", "two");
    await harness.settle();
    await eventually(() => second.conversation.activity === "idle", "it is");
    assert.deepEqual(harness.transcript[0], "prompt: one");
    assert.equal(second.conversation.title, "two");
  });

  it("tells an ask to its own conversation only", async () => {
    harness = new SessionHarness(program.path, [
      { turns: [[{ do: "ask", id: "a1", command: "ls" }]] },
    ]);
    const second = harness.registry.create(harness.elsewhere);
    harness.send("one");
    await harness.reach("waiting");
    assert.deepEqual(second.conversation.asks, []);
    second.dispose();
    assert.equal(harness.broker.pending.length, 1);
    harness.broker.answer("a1", "deny", "notification");
    await harness.settle();
  });

  it("ends every process when it is stopped", async () => {
    harness = new SessionHarness(program.path, []);
    const second = harness.registry.create(harness.elsewhere);
    harness.send("one");
    second.send("two", "two");
    await harness.settle();
    await eventually(() => second.conversation.activity === "idle", "it is");
    await harness.registry.stop();
    assert.deepEqual(
      harness.cli.processes.map(({ isAlive }) => isAlive),
      [false, false],
    );
  });
});

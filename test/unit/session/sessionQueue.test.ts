import assert from "node:assert/strict";
import { eventually } from "../../fakes/eventually";
import {
  type RunScript,
  ScriptedCliProgramFile,
} from "../../fakes/scriptedCli";
import { SessionHarness } from "../../fakes/sessionHarness";

const png = Buffer.from("\x89PNG\r\n\x1a\n and more", "latin1").toString(
  "base64",
);

describe("The queue of a conversation", function () {
  this.timeout(20_000);
  const program = new ScriptedCliProgramFile();
  let harness: SessionHarness;
  before(() => program.build());
  after(() => program.remove());
  afterEach(() => harness.remove());

  const open = (...scripts: RunScript[]) => {
    harness = new SessionHarness(program.path, scripts);
  };
  /** The first prompt waits for an answer, the others behind it. */
  const openWaiting = async (...more: string[]) => {
    open({
      turns: [[{ do: "ask", id: "a1", command: "ls" }, { do: "fold" }]],
    });
    harness.send("one", ...more);
    await harness.reach("waiting");
  };
  const answer = () => harness.broker.answer("a1", "allow", "chat");
  const engine = () => harness.session.conversation.engine;

  it("is sent as it is once it is its turn: changed, moved, without what was taken back", async () => {
    await openWaiting("two", "three", "four");
    assert.ok(harness.session.editQueued("two", "second"));
    assert.ok(harness.session.moveQueued("four", 0));
    assert.ok(harness.session.removeQueued("three"));
    answer();
    await harness.settle();
    assert.deepEqual(harness.cli.prompts(), ["one", "four", "two"]);
    assert.ok(harness.transcript.includes("prompt: second"));
    assert.deepEqual(
      harness.ends.map(({ id, outcome }) => `${id} ${outcome}`),
      ["three removed", "one done", "four done", "two done"],
    );
  });

  it("takes a hundred prompts and refuses the next with a sentence", async () => {
    await openWaiting();
    harness.send(...Array.from({ length: 100 }, (_, at) => `p${at}`));
    const outcome = harness.session.send("more", "more");
    assert.ok(outcome.kind === "refused");
    assert.equal(outcome.reason, "queueFull");
    assert.ok(harness.notices.at(-1)?.startsWith("There are 100 prompts"));
    assert.equal(harness.queued.length, 100);
  });

  describe("that is paused", () => {
    it("sends nothing until it is to go on", async () => {
      open();
      harness.session.pauseQueue();
      harness.send("one", "two");
      assert.equal(harness.cli.starts.length, 0);
      assert.equal(engine().isPaused, true);
      harness.session.resumeQueue();
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["one", "two"]);
    });

    it("lets the turn that runs end, and sends nothing after it", async () => {
      await openWaiting("two");
      harness.session.pauseQueue();
      answer();
      await harness.reach("idle");
      assert.deepEqual(harness.queued, ["two"]);
      harness.session.resumeQueue();
      await harness.settle();
    });

    it("sends the one prompt that is to go at once", async () => {
      open();
      harness.session.pauseQueue();
      harness.send("one", "two");
      assert.ok(harness.session.steer("two"));
      await eventually(() => harness.ends.length === 1, "it is done");
      await harness.reach("idle");
      assert.deepEqual(harness.cli.prompts(), ["two"]);
      assert.deepEqual(harness.queued, ["one"]);
    });
  });

  describe("of which one is sent into the turn", () => {
    it("has it read between two steps, as part of the turn", async () => {
      await openWaiting("two", "three");
      assert.ok(harness.session.steer("three"));
      await harness.read(2);
      // The agent has not begun with it: it still waits, before the others.
      assert.deepEqual(harness.queued, ["three", "two"]);
      answer();
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["one", "three", "two"]);
      assert.deepEqual(
        harness.transcript.filter((line) => line.startsWith("(")).length,
        2,
      );
      assert.deepEqual(
        harness.ends.map(({ id }) => id),
        ["three", "one", "two"],
      );
    });

    it("has it read right after a turn that has no steps", async () => {
      open({ turns: [[{ do: "ask", id: "a1", command: "ls" }]] });
      harness.send("one", "two", "three");
      await harness.reach("waiting");
      harness.session.steer("three");
      await harness.read(2);
      answer();
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["one", "three", "two"]);
    });

    it("can have it back while the agent has not read it", async () => {
      await openWaiting("two");
      harness.session.steer("two");
      await harness.read(2);
      assert.ok(!harness.session.editQueued("two", "x"));
      assert.ok(harness.session.removeQueued("two"));
      await eventually(() => harness.queued.length === 0, "it is taken back");
      answer();
      await harness.settle();
      assert.ok(!harness.transcript.includes("prompt: two"));
      assert.deepEqual(
        harness.ends.map(({ id, outcome }) => `${id} ${outcome}`),
        ["two removed", "one done"],
      );
    });

    it("does not have it back in the queue when it was taken back and the process dies", async () => {
      await openWaiting("two", "three");
      harness.session.steer("two");
      await harness.read(2);
      harness.session.removeQueued("two");
      harness.cli.processes[0]?.signal("SIGKILL");
      await harness.ended();
      assert.deepEqual(harness.queued, ["three"]);
      assert.deepEqual(
        harness.ends.map(({ id, outcome }) => `${id} ${outcome}`).sort(),
        ["one failed", "two removed"],
      );
    });

    it("sends it as a turn of its own when the turn is stopped before", async () => {
      open({ turns: [[{ do: "hang" }]] });
      harness.send("one", "two");
      await eventually(
        () => harness.transcript.includes("prompt: one"),
        "the agent has begun",
      );
      harness.session.steer("two");
      await harness.read(2);
      harness.session.interrupt();
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["one", "two", "two"]);
      assert.deepEqual(
        harness.ends.map(({ id, outcome }) => `${id} ${outcome}`),
        ["one interrupted", "two done"],
      );
    });

    it("keeps it when the process dies before the agent has read it", async () => {
      await openWaiting("two");
      harness.session.steer("two");
      await harness.read(2);
      harness.cli.processes[0]?.signal("SIGKILL");
      await harness.ended();
      assert.deepEqual(harness.queued, ["two"]);
      harness.send("three");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(1), ["two", "three"]);
    });
  });

  describe("with a process that ends", () => {
    it("gives a prompt that it did not begin with to the next one, and says so", async () => {
      open({ beforePrompt: { 1: [{ do: "exit", code: 0 }] } });
      harness.send("one");
      await harness.settle();
      harness.send("two", "three");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(0), ["one", "two"]);
      assert.deepEqual(harness.cli.prompts(1), ["two", "three"]);
      assert.equal(harness.notices.length, 1);
      assert.match(harness.notices[0] ?? "", /ended before it took your/);
      assert.deepEqual(
        harness.transcript.filter((line) => line.startsWith("prompt: two"))
          .length,
        1,
      );
    });

    it("does not go on for ever when each process dies of a prompt", async () => {
      const deadly: RunScript = {
        beforePrompt: { 0: [{ do: "kill", signal: "SIGKILL" }] },
      };
      open({ beforePrompt: { 1: [{ do: "exit", code: 0 }] } }, deadly, deadly);
      harness.send("one");
      await harness.settle();
      harness.send("two");
      await harness.ended(1);
      assert.equal(harness.cli.starts.length, 2);
      assert.deepEqual(harness.queued, ["two"]);
      assert.match(harness.notices.at(-1) ?? "", /Your prompt is kept/);
    });

    it("does not send a prompt again that was stopped before the agent had it", async () => {
      open({
        beforePrompt: { 0: [{ do: "hang" }] },
        ignores: ["interrupt"],
      });
      harness.send("one", "two");
      await harness.read(1);
      harness.session.interrupt();
      await harness.clock.advance(1_000);
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(1), ["two"]);
      assert.deepEqual(
        harness.ends.map(({ id, outcome }) => `${id} ${outcome}`),
        ["one interrupted", "two done"],
      );
    });
  });

  describe("with pictures", () => {
    it("sends them with their prompt, and keeps them out of what is shown", async () => {
      open();
      const outcome = harness.session.send("one", "Look", [png]);
      assert.equal(outcome.kind, "queued");
      assert.deepEqual(harness.session.conversation.queued, [
        { id: "one", text: "Look", imageCount: 1 },
      ]);
      await harness.settle();
      const line = harness.cli.received().find(({ type }) => type === "user");
      assert.deepEqual(line?.message?.content, [
        { type: "text", text: "Look" },
        {
          type: "image",
          source: { type: "base64", media_type: "image/png", data: png },
        },
      ]);
      assert.ok(!JSON.stringify(harness.events).includes(png));
    });

    it("refuses what is none before anything is sent, with a sentence", () => {
      open();
      const text = Buffer.from("no picture").toString("base64");
      const outcome = harness.session.send("one", "Look", [png, text]);
      assert.ok(outcome.kind === "refused");
      assert.equal(outcome.reason, "imageType");
      assert.match(harness.notices[0] ?? "", /^Picture 2 is neither/);
      assert.deepEqual(harness.queued, []);
      assert.equal(harness.cli.starts.length, 0);
    });
  });

  describe("after a reload of the window", () => {
    it("is there again, waits for the user, and goes on with what the CLI knows", async () => {
      await openWaiting("two");
      harness.session.send("three", "Look", [png]);
      harness.session.pauseQueue();
      await harness.registry.stop();
      const { kept, cli, session } = harness;
      const seed = kept.seeds.get(session.id);
      const sessionId = session.cliSessionId;
      harness.dispose();
      await cli.remove();

      open();
      harness.kept.save({
        ...seed!,
        id: "kept",
        options: harness.session.options,
      });
      const [restored] = await harness.registry.restore();
      assert.ok(restored);
      assert.deepEqual(
        restored.conversation.queued.map(({ id }) => id),
        ["two", "three"],
      );
      assert.equal(restored.conversation.title, "one");
      assert.equal(restored.conversation.engine.isPaused, true);
      assert.equal(harness.cli.starts.length, 0);
      restored.resumeQueue();
      await eventually(
        () => restored.conversation.activity === "idle",
        "it has gone on",
      );
      assert.deepEqual(harness.cli.starts[0]?.session, {
        kind: "resume",
        id: sessionId,
      });
      assert.deepEqual(harness.cli.prompts(), ["two", "three"]);
      const last = harness.cli.received().at(-1);
      assert.equal(last?.message?.content.length, 2);
    });
  });
});

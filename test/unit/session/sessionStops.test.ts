import assert from "node:assert/strict";
import { eventually } from "../../fakes/eventually";
import {
  type RunScript,
  ScriptedCliProgramFile,
} from "../../fakes/scriptedCli";
import { SessionHarness } from "../../fakes/sessionHarness";

const stopped =
  "info: Stopped. Claude had to be ended (SIGINT) for it; your next prompt resumes the conversation.";

describe("A conversation that is stopped", function () {
  this.timeout(20_000);
  const program = new ScriptedCliProgramFile();
  let harness: SessionHarness;
  before(() => program.build());
  after(() => program.remove());
  afterEach(() => harness.remove());

  const open = (...scripts: RunScript[]) => {
    harness = new SessionHarness(program.path, scripts);
  };

  /** The agent is in a turn that goes on until it is stopped. */
  const openHanging = async (script: RunScript = {}) => {
    open({ turns: [[{ do: "hang" }]], ...script });
    harness.send("one");
    await eventually(
      () => harness.cli.prompts().length === 1,
      "the prompt is read",
    );
  };

  describe("by interrupting its turn", () => {
    it("asks the agent to stop, keeps the process, and takes the next prompt", async () => {
      await openHanging();
      harness.session.interrupt();
      assert.equal(harness.session.conversation.activity, "stopping");
      await harness.settle();
      assert.equal(harness.clock.pending, 0);
      harness.send("two");
      await harness.settle();
      assert.equal(harness.cli.starts.length, 1);
      assert.deepEqual(harness.transcript.slice(0, 3), [
        "prompt: one",
        "(interrupted)",
        "prompt: two",
      ]);
    });

    it("stops a turn that the agent takes of its own accord", async () => {
      const hanging = { subtype: "init", type: "system" };
      open({
        afterTurn: { 1: [{ do: "say", line: hanging }, { do: "hang" }] },
        ignores: ["interrupt"],
      });
      harness.send("one");
      await eventually(
        () => harness.activities.join(" ") === "starting running idle running",
        "the second turn runs",
      );
      harness.session.interrupt();
      await harness.clock.advance(1_000);
      await harness.ended();
      assert.equal(harness.transcript.at(-1), stopped);
    });

    it("does nothing while nothing is done", async () => {
      open();
      harness.session.interrupt();
      harness.send("one");
      await harness.settle();
      harness.session.interrupt();
      assert.equal(harness.clock.pending, 0);
      assert.equal(harness.session.conversation.activity, "idle");
    });

    it("asks once however often it is pressed", async () => {
      await openHanging({ ignores: ["interrupt"] });
      harness.session.interrupt();
      harness.session.interrupt();
      assert.equal(harness.clock.pending, 1);
      await eventually(
        () => harness.cli.received().some(isInterrupt),
        "the request is read",
      );
      assert.equal(harness.cli.received().filter(isInterrupt).length, 1);
    });

    it("leaves it to the agent to take back the ask of a turn that is stopped", async () => {
      open({ turns: [[{ do: "ask", id: "a1", command: "ls" }]] });
      harness.send("one");
      await harness.reach("waiting");
      harness.session.interrupt();
      assert.equal(harness.session.conversation.activity, "stopping");
      assert.equal(harness.closedAsks.length, 0);
      await harness.reach("idle");
      assert.equal(harness.closedAsks[0]?.outcome, "void");
    });
  });

  describe("with an agent that does not listen", () => {
    const wait = async (what: () => boolean, which: string) =>
      eventually(what, which);

    it("sends SIGINT after a second, and resumes with the next prompt", async () => {
      await openHanging({ ignores: ["interrupt"] });
      harness.session.interrupt();
      await harness.clock.advance(999);
      assert.ok(harness.cli.processes[0]?.isAlive);
      await harness.clock.advance(1);
      await harness.ended();
      assert.equal(harness.clock.pending, 0);
      assert.deepEqual(harness.transcript, ["prompt: one", stopped]);
      harness.send("two");
      await harness.settle();
      assert.equal(harness.cli.starts[1]?.session.kind, "resume");
    });

    it("goes on to SIGTERM and SIGKILL, a second apart", async () => {
      await openHanging({ ignores: ["interrupt", "SIGINT", "SIGTERM"] });
      harness.session.interrupt();
      await harness.clock.advance(1_000);
      await wait(
        () => harness.cli.ignoredSignals().length === 1,
        "SIGINT is ignored",
      );
      await harness.clock.advance(1_000);
      await wait(
        () => harness.cli.ignoredSignals().length === 2,
        "SIGTERM is ignored",
      );
      assert.deepEqual(harness.cli.ignoredSignals(), ["SIGINT", "SIGTERM"]);
      assert.ok(harness.cli.processes[0]?.isAlive);
      await harness.clock.advance(1_000);
      await harness.ended();
      assert.equal(harness.clock.pending, 0);
    });

    it("sends what is queued to the next process", async () => {
      await openHanging({ ignores: ["interrupt"] });
      harness.send("two");
      harness.session.interrupt();
      await harness.clock.advance(1_000);
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(1), ["two"]);
      assert.deepEqual(harness.transcript.slice(0, 3), [
        "prompt: one",
        stopped,
        "prompt: two",
      ]);
    });

    it("gives no prompt to a process that it has told to end, though its turn ended", async () => {
      open({
        turns: [[{ do: "ask", id: "a1", command: "ls" }]],
        ignores: ["interrupt", "SIGINT"],
      });
      harness.send("one");
      await harness.reach("waiting");
      harness.send("two");
      harness.session.interrupt();
      await harness.clock.advance(1_000);
      await wait(
        () => harness.cli.ignoredSignals().length === 1,
        "SIGINT is ignored",
      );
      harness.broker.answer("a1", "deny", "chat");
      await harness.reach("idle");
      assert.deepEqual(harness.queued, ["two"]);
      // It is ended all the same, or the prompt would wait for ever.
      await harness.clock.advance(1_000);
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(0), ["one"]);
      assert.deepEqual(harness.cli.prompts(1), ["two"]);
    });
  });

  describe("before its prompt was written", () => {
    it("takes the prompt for stopped, and ends the start", async () => {
      open({ isReady: false });
      harness.send("one");
      await harness.reach("starting");
      harness.session.interrupt();
      assert.deepEqual(harness.transcript, ["prompt: one", "(interrupted)"]);
      await harness.reach("ended");
      assert.equal(harness.cli.processes[0]?.isAlive, false);
      assert.deepEqual(harness.cli.prompts(), []);
      harness.send("two");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(1), ["two"]);
      assert.deepEqual(harness.notices, []);
    });

    it("goes on with what is queued behind it", async () => {
      open({ isReady: false });
      harness.send("one", "two");
      harness.session.interrupt();
      harness.session.interrupt();
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(1), ["two"]);
    });

    it("ends a process that hangs at its start and does not listen", async () => {
      open({ isReady: false, ignores: ["inputEnd", "SIGTERM"] });
      harness.send("one");
      await eventually(
        () =>
          harness.cli.starts.length === 1 && harness.cli.received().length > 0,
        "the process runs",
      );
      harness.session.interrupt();
      await harness.clock.advance(1_000);
      await harness.clock.advance(1_000);
      await harness.ended();
    });
  });

  describe("for good", () => {
    it("leaves no process and starts none", async () => {
      open();
      harness.send("one");
      await harness.settle();
      await harness.session.stop();
      assert.equal(harness.cli.processes[0]?.isAlive, false);
      assert.equal(harness.session.conversation.activity, "ended");
      assert.equal(harness.clock.pending, 0);
    });

    it("does nothing where there is no process", async () => {
      open();
      await harness.session.stop();
      assert.equal(harness.cli.starts.length, 0);
    });

    it("does not go on with what is queued when it is stopped in a turn", async () => {
      open({ turns: [[{ do: "ask", id: "a1", command: "ls" }]] });
      harness.send("one", "two");
      await harness.reach("waiting");
      await harness.session.stop();
      assert.equal(harness.cli.starts.length, 1);
      assert.deepEqual(harness.queued, ["two"]);
      assert.equal(harness.closedAsks[0]?.outcome, "void");
    });

    it("ends a process that starts, without giving it the prompt", async () => {
      open();
      harness.send("one");
      await harness.session.stop();
      assert.equal(harness.cli.processes.length, 1);
      assert.equal(harness.cli.processes[0]?.isAlive, false);
      assert.deepEqual(harness.cli.prompts(), []);
      assert.deepEqual(harness.queued, ["one"]);
    });

    it("keeps a prompt that comes while it stops for the next start", async () => {
      open();
      harness.send("one");
      await harness.settle();
      const stopping = harness.session.stop();
      harness.send("two");
      await stopping;
      assert.equal(harness.cli.starts.length, 1);
      harness.send("three");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(1), ["two", "three"]);
    });

    it("opens no ask that comes while it stops", async () => {
      await openHanging({
        atInputEnd: [
          { do: "text", text: "Something comes", id: "late" },
          { do: "ask", id: "a1", command: "ls" },
          { do: "text", text: "Something came", id: "later" },
        ],
      });
      const opened: string[] = [];
      harness.broker.onDidOpen(({ ask }) => opened.push(ask.id));
      const stopping = harness.session.stop();
      await eventually(
        () => harness.transcript.includes("text: Something comes"),
        "it says something",
      );
      await harness.clock.advance(1_000);
      await stopping;
      assert.deepEqual(opened, []);
    });

    it("kills a process that ignores the end of its input and SIGTERM", async () => {
      await openHanging({ ignores: ["inputEnd", "SIGTERM"] });
      const stopping = harness.session.stop();
      await harness.clock.advance(1_000);
      await eventually(
        () => harness.cli.ignoredSignals().length === 1,
        "SIGTERM is ignored",
      );
      await harness.clock.advance(1_000);
      await stopping;
      assert.equal(harness.cli.processes[0]?.isAlive, false);
    });
  });

  describe("by being disposed", () => {
    it("kills its process at once and voids its asks", async () => {
      open({ turns: [[{ do: "ask", id: "a1", command: "ls" }]] });
      harness.send("one");
      await harness.reach("waiting");
      harness.session.dispose();
      const end = await harness.cli.processes[0]?.ended;
      assert.equal(end?.signal, "SIGKILL");
      assert.equal(harness.closedAsks[0]?.outcome, "void");
    });

    it("kills a process that comes after it", async () => {
      open();
      let letStart = (): void => {};
      harness.beforeStart = () =>
        new Promise((resolve) => {
          letStart = resolve;
        });
      harness.send("one");
      await new Promise((resolve) => setImmediate(resolve));
      harness.session.dispose();
      const heard = harness.events.length;
      letStart();
      await eventually(() => harness.cli.processes.length === 1, "it started");
      const end = await harness.cli.processes[0]?.ended;
      assert.equal(end?.signal, "SIGKILL");
      assert.equal(harness.events.length, heard);
    });
  });
});

const isInterrupt = (line: { request?: { subtype: string } }) =>
  line.request?.subtype === "interrupt";

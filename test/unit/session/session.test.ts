import assert from "node:assert/strict";
import { eventually } from "../../fakes/eventually";
import {
  type RunScript,
  ScriptedCliProgramFile,
} from "../../fakes/scriptedCli";
import { SessionHarness } from "../../fakes/sessionHarness";

describe("A conversation", function () {
  this.timeout(20_000);
  const program = new ScriptedCliProgramFile();
  let harness: SessionHarness;
  before(() => program.build());
  after(() => program.remove());
  afterEach(() => harness.remove());

  const open = (...scripts: RunScript[]) => {
    harness = new SessionHarness(program.path, scripts);
  };

  describe("with its prompts", () => {
    it("starts the CLI with the first prompt and shows its answer", async () => {
      open();
      assert.equal(harness.cli.starts.length, 0);
      harness.send("Hello");
      await harness.settle();
      assert.deepEqual(harness.transcript, [
        "prompt: Hello",
        "text: You said: Hello",
        "(completed)",
      ]);
      assert.deepEqual(harness.activities, ["starting", "running", "idle"]);
    });

    it("sends the prompts in their order, each once the one before it has been answered", async () => {
      open();
      harness.send("one", "two", "three");
      await harness.settle();
      assert.deepEqual(harness.transcript, [
        "prompt: one",
        "text: You said: one",
        "(completed)",
        "prompt: two",
        "text: You said: two",
        "(completed)",
        "prompt: three",
        "text: You said: three",
        "(completed)",
      ]);
      assert.deepEqual(harness.cli.prompts(), ["one", "two", "three"]);
      assert.equal(harness.cli.starts.length, 1);
    });

    it("gives the process one prompt at a time", async () => {
      open({ turns: [[{ do: "hang" }]] });
      harness.send("one", "two");
      await harness.reach("running");
      await eventually(
        () => harness.transcript.includes("prompt: one"),
        "the agent has begun with the first prompt",
      );
      assert.deepEqual(harness.cli.prompts(), ["one"]);
      assert.deepEqual(harness.queued, ["two"]);
      harness.session.interrupt();
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["one", "two"]);
    });

    it("does not take a turn's result for its end where the CLI reports the life of prompts", async () => {
      const result = { type: "result", subtype: "success" };
      open({
        turns: [
          [
            { do: "say", line: result },
            { do: "ask", id: "a1", command: "ls" },
          ],
        ],
      });
      harness.send("one", "two");
      await harness.reach("waiting");
      assert.deepEqual(harness.queued, ["two"]);
      harness.broker.answer("a1", "allow", "chat");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["one", "two"]);
    });

    it("goes by the result where the CLI reports nothing of its prompts", async () => {
      open({ hasLifecycle: false });
      harness.send("one", "two");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["one", "two"]);
    });

    it("counts the same prompt once, queued or sent", async () => {
      open();
      harness.send("one", "two", "one", "two");
      await harness.settle();
      harness.send("one");
      assert.deepEqual(harness.cli.prompts(), ["one", "two"]);
      assert.deepEqual(harness.queued, []);
    });

    it("does not send a prompt that was taken back", async () => {
      open({ turns: [[{ do: "ask", id: "a1", command: "ls" }]] });
      harness.send("one", "two", "three");
      await harness.reach("waiting");
      harness.session.removeQueued("two");
      harness.broker.answer("a1", "allow", "chat");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["one", "three"]);
    });

    it("sends the next one when the first was taken back while the process started", async () => {
      open();
      harness.send("one", "two");
      harness.session.removeQueued("one");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["two"]);
      assert.deepEqual(harness.activities, ["starting", "running", "idle"]);
    });

    it("is idle when everything was taken back while the process started", async () => {
      open();
      harness.send("one");
      harness.session.removeQueued("one");
      await harness.reach("idle");
      assert.deepEqual(harness.transcript, []);
      harness.send("two");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["two"]);
      assert.equal(harness.cli.starts.length, 1);
    });

    it("starts one process however many prompts come while it starts", async () => {
      open();
      harness.send("one");
      await Promise.resolve();
      harness.send("two");
      await new Promise((resolve) => setImmediate(resolve));
      harness.send("three");
      await harness.settle();
      assert.equal(harness.cli.starts.length, 1);
      assert.deepEqual(harness.cli.prompts(), ["one", "two", "three"]);
    });

    it("gives no prompt to a process that is not ready", async () => {
      open({ isReady: false });
      harness.send("one");
      await eventually(
        () => harness.cli.received().length === 1,
        "the process reads",
      );
      harness.send("two");
      assert.deepEqual(harness.queued, ["one", "two"]);
      assert.equal(harness.session.conversation.activity, "starting");
      await harness.session.stop();
      assert.deepEqual(harness.cli.prompts(), []);
    });

    it("shows a turn that the agent takes of its own accord", async () => {
      open({
        afterTurn: {
          1: [
            { do: "say", line: { type: "system", subtype: "init" } },
            { do: "text", text: "The task is done", id: "msg_own" },
            { do: "ask", id: "a1", command: "ls" },
            { do: "say", line: { type: "result", subtype: "success" } },
          ],
        },
      });
      harness.send("one");
      await harness.reach("waiting");
      assert.ok(harness.transcript.includes("text: The task is done"));
      harness.broker.answer("a1", "allow", "chat");
      await harness.reach("idle");
      harness.send("two");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["one", "two"]);
    });
  });

  describe("with what the process asks", () => {
    it("answers a hook at once and reports it", async () => {
      const input = { hook_event_name: "PreToolUse", tool_name: "Bash" };
      const request = { subtype: "hook_callback", callback_id: "x", input };
      open({ turns: [[{ do: "request", id: "h1", request }]] });
      harness.send("one");
      await harness.settle();
      assert.deepEqual(harness.hooks, [input]);
      assert.ok(harness.transcript[1]?.includes('"subtype":"success"'));
    });

    it("registers the hooks that it is to hear of", async () => {
      open();
      harness.send("one");
      await harness.settle();
      assert.deepEqual(harness.cli.received()[0]?.request, {
        subtype: "initialize",
        hooks: {
          PreToolUse: [{ hookCallbackIds: ["PreToolUse"] }],
          Stop: [{ hookCallbackIds: ["Stop"] }],
        },
      });
    });

    it("refuses a request that it does not know, so that the agent does not wait", async () => {
      const request = { subtype: "read_minds" };
      open({ turns: [[{ do: "request", id: "r1", request }]] });
      harness.send("one");
      await harness.settle();
      assert.ok(harness.transcript[1]?.includes("Not supported: read_minds"));
    });

    it("reads a character that comes in two pieces, and passes over what it does not know", async () => {
      open({
        turns: [
          [
            { do: "raw", text: "\n\nno JSON\n" },
            { do: "say", line: { type: "telepathy" } },
            { do: "splitText", text: "schön 日本" },
          ],
        ],
      });
      harness.send("one");
      await harness.settle();
      assert.equal(harness.transcript[1], "text: schön 日本");
    });

    it("takes the last line of a process that ends without a newline", async () => {
      const last = {
        type: "assistant",
        message: { id: "m", content: [{ type: "text", text: "Last words" }] },
      };
      open({
        turns: [
          [
            { do: "raw", text: JSON.stringify(last) },
            { do: "exit", code: 0 },
          ],
        ],
      });
      harness.send("one");
      await harness.ended();
      assert.equal(harness.transcript[1], "text: Last words");
    });
  });

  describe("with asks for permission", () => {
    const asking: RunScript = {
      turns: [[{ do: "ask", id: "a1", command: "touch a" }]],
    };

    for (const decision of ["allow", "deny"] as const) {
      it(`takes an answer to the agent: ${decision}`, async () => {
        open(asking);
        harness.send("one");
        await harness.reach("waiting");
        assert.equal(harness.session.conversation.asks[0]?.summary, "touch a");
        assert.ok(harness.broker.answer("a1", decision, "chat"));
        assert.equal(harness.session.conversation.activity, "running");
        await harness.settle();
        assert.ok(harness.transcript[1]?.includes(`"behavior":"${decision}"`));
        assert.deepEqual(harness.session.conversation.asks, []);
      });
    }

    it("waits for as long as one ask is open", async () => {
      const second = {
        type: "control_request",
        request_id: "a0",
        request: {
          subtype: "can_use_tool",
          tool_name: "Bash",
          input: {},
          tool_use_id: "t0",
        },
      };
      open({
        turns: [
          [
            { do: "say", line: second },
            { do: "ask", id: "a1", command: "ls" },
          ],
        ],
      });
      harness.send("one");
      await eventually(
        () => harness.session.conversation.asks.length === 2,
        "both asks are open",
      );
      harness.broker.answer("a0", "deny", "chat");
      assert.equal(harness.session.conversation.activity, "waiting");
      harness.broker.answer("a1", "deny", "chat");
      await harness.settle();
    });

    it("closes an ask that the agent takes back", async () => {
      const line = {
        type: "control_request",
        request_id: "a1",
        request: {
          subtype: "can_use_tool",
          tool_name: "Bash",
          input: {},
          tool_use_id: "t1",
        },
      };
      open({
        turns: [
          [
            { do: "say", line },
            { do: "cancel", id: "a1" },
          ],
        ],
      });
      harness.send("one");
      await harness.settle();
      assert.deepEqual(
        harness.closedAsks.map(({ ask, outcome }) => [ask.id, outcome]),
        [["a1", "void"]],
      );
      assert.equal(harness.broker.answer("a1", "allow", "chat"), false);
    });

    it("voids its asks when the process ends", async () => {
      open(asking);
      harness.send("one");
      await harness.reach("waiting");
      harness.cli.processes[0]?.signal("SIGKILL");
      await harness.ended();
      assert.equal(harness.closedAsks[0]?.outcome, "void");
      assert.deepEqual(harness.broker.pending, []);
      assert.equal(harness.activities.at(-1), "ended");
    });
  });
});

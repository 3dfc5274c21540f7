import assert from "node:assert/strict";
import {
  type RunScript,
  ScriptedCliProgramFile,
} from "../../fakes/scriptedCli";
import { SessionHarness } from "../../fakes/sessionHarness";

describe("A conversation whose process ends", function () {
  this.timeout(20_000);
  const program = new ScriptedCliProgramFile();
  let harness: SessionHarness;
  before(() => program.build());
  after(() => program.remove());
  afterEach(() => harness.remove());

  const open = (...scripts: RunScript[]) => {
    harness = new SessionHarness(program.path, scripts);
  };

  const kinds = () => harness.cli.starts.map(({ session }) => session.kind);
  const ids = () => harness.cli.starts.map(({ session }) => session.id);

  describe("before it is ready", () => {
    it("says so, keeps the prompt, and does not try again by itself", async () => {
      open({ first: [{ do: "exit", code: 3, stderr: "no such flag\n" }] });
      harness.send("one");
      await harness.ended();
      assert.match(
        harness.notices[0] ?? "",
        /^Claude ended before it took your prompt \(exit code 3\)\. It said: no such flag Your prompt is kept/,
      );
      assert.deepEqual(harness.queued, ["one"]);
      assert.equal(harness.cli.starts.length, 1);
    });

    it("sends what it kept with the next try, in its order, in a session of a new id", async () => {
      open({ first: [{ do: "exit", code: 3 }] });
      harness.send("one");
      await harness.ended();
      harness.send("two");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(1), ["one", "two"]);
      assert.deepEqual(kinds(), ["new", "new"]);
      assert.notEqual(ids()[0], ids()[1]);
    });

    it("keeps the prompt where the program cannot be run at all", async () => {
      harness = new SessionHarness("/nowhere/claude", []);
      harness.send("one");
      await harness.ended();
      assert.match(harness.notices[0] ?? "", /^Claude could not be started/);
      assert.deepEqual(harness.queued, ["one"]);
      assert.equal(harness.cli.starts.length, 1);
    });

    it("shows the sentence of a start that fails, and sends the prompt with the next try", async () => {
      open();
      harness.beforeStart = () => Promise.reject(new Error("There is no CLI."));
      harness.send("one");
      await harness.reach("ended");
      assert.deepEqual(harness.transcript, ["error: There is no CLI."]);
      assert.deepEqual(harness.queued, ["one"]);
      harness.beforeStart = () => Promise.resolve();
      harness.send("two");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(), ["one", "two"]);
    });

    it("does not go round in circles when each process ends as soon as it is ready", async () => {
      const dying: RunScript = {
        first: [
          {
            do: "say",
            line: {
              type: "control_response",
              response: { subtype: "success", request_id: "x" },
            },
          },
          { do: "exit", code: 0 },
        ],
      };
      open(dying, dying, dying);
      harness.send("one");
      await harness.ended();
      assert.equal(harness.cli.starts.length, 1);
      assert.equal(harness.notices.length, 1);
    });

    it("says nothing when nobody waits for it", async () => {
      open();
      harness.send("one");
      harness.session.removeQueued("one");
      await harness.reach("idle");
      harness.cli.processes[0]?.signal("SIGKILL");
      await harness.ended();
      assert.deepEqual(harness.transcript, []);
    });
  });

  describe("while it is idle", () => {
    it("says nothing, and resumes with the next prompt", async () => {
      open();
      harness.send("one");
      await harness.settle();
      harness.cli.processes[0]?.signal("SIGKILL");
      await harness.ended();
      assert.deepEqual(harness.notices, []);
      harness.send("two");
      await harness.settle();
      assert.deepEqual(kinds(), ["new", "resume"]);
      assert.deepEqual(harness.cli.argumentsOf(1).slice(-2), [
        "--resume",
        ids()[0],
      ]);
      assert.equal(harness.transcript.at(-2), "text: You said: two");
    });

    it("sends a prompt to the next process when this one is already going", async () => {
      open();
      harness.send("one");
      await harness.settle();
      harness.cli.processes[0]?.signal("SIGKILL");
      harness.send("two");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(0), ["one"]);
      assert.deepEqual(harness.cli.prompts(1), ["two"]);
      assert.equal(harness.notices.length, 1);
      assert.match(
        harness.notices[0] ?? "",
        /ended before it took your prompt/,
      );
    });

    it("resumes the session that the CLI went over to", async () => {
      const session_id = "after-clear";
      const init = { type: "system", subtype: "init", session_id };
      open({
        turns: [
          [
            { do: "say", line: init },
            { do: "exit", code: 0 },
          ],
        ],
      });
      harness.send("/clear");
      await harness.ended();
      assert.equal(harness.session.cliSessionId, session_id);
      harness.send("two");
      await harness.settle();
      assert.equal(ids()[1], session_id);
    });

    it("starts anew, and says so, when the CLI does not know the conversation any more", async () => {
      const refusal = {
        type: "result",
        subtype: "error_during_execution",
        is_error: true,
        errors: ["No conversation found"],
      };
      open(
        {},
        {
          first: [
            { do: "say", line: refusal },
            { do: "exit", code: 1 },
          ],
        },
      );
      harness.send("one");
      await harness.settle();
      harness.cli.processes[0]?.signal("SIGKILL");
      await harness.ended();
      harness.send("two");
      await harness.settle();
      assert.deepEqual(kinds(), ["new", "resume", "new"]);
      assert.notEqual(ids()[2], ids()[0]);
      assert.deepEqual(harness.cli.prompts(2), ["two"]);
      assert.deepEqual(harness.transcript.slice(3), [
        "warning: Claude has no record of this conversation, so it starts anew: it does not know what was said above.",
        "prompt: two",
        "text: You said: two",
        "(completed)",
      ]);
    });
  });

  describe("in the middle of its work", () => {
    const dying: RunScript = {
      turns: [
        [
          { do: "text", text: "Half" },
          { do: "kill", signal: "SIGKILL" },
        ],
      ],
    };

    it("says so, and resumes with the next prompt", async () => {
      open(dying);
      harness.send("one");
      await harness.ended();
      assert.deepEqual(harness.transcript, [
        "prompt: one",
        "text: Half",
        "error: Claude ended in the middle of its work (signal SIGKILL). Send your next prompt to resume the conversation.",
      ]);
      harness.send("two");
      await harness.settle();
      assert.deepEqual(kinds(), ["new", "resume"]);
      assert.deepEqual(harness.cli.prompts(1), ["two"]);
    });

    it("keeps what is queued until the next prompt", async () => {
      open(dying);
      harness.send("one", "two");
      await harness.ended();
      assert.deepEqual(harness.queued, ["two"]);
      assert.equal(harness.cli.starts.length, 1);
      harness.send("three");
      await harness.settle();
      assert.deepEqual(harness.cli.prompts(1), ["two", "three"]);
    });

    it("tells the last words of a process that gave up by itself", async () => {
      open({ turns: [[{ do: "exit", code: 1, stderr: "a\nout of luck\n" }]] });
      harness.send("one");
      await harness.ended();
      assert.match(
        harness.notices[0] ?? "",
        /\(exit code 1\)\. It said: out of luck/,
      );
    });

    it("keeps the items of both processes apart", async () => {
      open(
        {
          turns: [
            [
              { do: "text", text: "First", id: "m" },
              { do: "kill", signal: "SIGKILL" },
            ],
          ],
        },
        { turns: [[{ do: "text", text: "Second", id: "m" }]] },
      );
      harness.send("one");
      await harness.ended();
      harness.send("two");
      await harness.settle();
      assert.ok(harness.transcript.includes("text: First"));
      assert.ok(harness.transcript.includes("text: Second"));
    });
  });
});

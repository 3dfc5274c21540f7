import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "../../fakes/processes";
import { eventually } from "../../fakes/eventually";
import { findRealCli, RealCliHarness } from "../../fakes/realCliHarness";

describe("A conversation with the real CLI", function () {
  this.timeout(60_000);
  let path: string;
  let harness: RealCliHarness | undefined;

  before(async function () {
    const found = await findRealCli();
    if ("missing" in found) {
      console.warn(`Skipped, since there is no CLI: ${found.missing}`);
      this.skip();
    }
    path = found.path;
  });
  afterEach(async () => {
    await harness?.remove();
    harness = undefined;
  });

  const open = async () => {
    harness = await RealCliHarness.open(path);
    return harness;
  };

  it("shows a streamed answer whole and once, and the next one from the same process", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=20");
    await chat.settle();
    const chunks = Array.from(
      { length: 20 },
      (_, index) => `chunk ${index + 1} of 20. `,
    );
    assert.deepEqual(chat.transcript, [
      "prompt: MOCK:chunks=20",
      `text: ${chunks.join("")}`,
      "(completed)",
    ]);
    const deltas = chat.events.filter(({ type }) => type === "delta");
    assert.ok(deltas.length > 1, "It was not streamed.");
    const { pid } = chat.processes[0]!;
    chat.send("MOCK:chunks=1");
    await chat.settle();
    assert.equal(chat.transcript.at(-2), "text: chunk 1 of 1. ");
    assert.equal(chat.processes.length, 1);
    assert.equal(chat.processes[0]?.pid, pid);
  });

  it("sends prompts that come at once one after the other, each a turn of its own", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=1");
    chat.send("MOCK:chunks=2");
    await chat.settle();
    assert.deepEqual(chat.transcript, [
      "prompt: MOCK:chunks=1",
      "text: chunk 1 of 1. ",
      "(completed)",
      "prompt: MOCK:chunks=2",
      "text: chunk 1 of 2. chunk 2 of 2. ",
      "(completed)",
    ]);
  });

  it("does not run a command that is denied, and tells the agent so", async () => {
    const chat = await open();
    chat.send("MOCK:bash=touch made.txt");
    await chat.answerAsk("deny");
    await chat.settle();
    assert.ok(!existsSync(join(chat.folder, "made.txt")));
    assert.equal(chat.transcript[1], "Bash denied");
    assert.ok(chat.wasTold("The user denied this tool call"));
  });

  it("runs a command and writes a file that are allowed, and hears of each hook once", async () => {
    const chat = await open();
    chat.send("MOCK:bash=touch made.txt");
    await chat.answerAsk("allow");
    await chat.settle();
    assert.ok(existsSync(join(chat.folder, "made.txt")));
    assert.equal(chat.transcript[1], "Bash done");
    assert.deepEqual(chat.hookNames, [
      "UserPromptSubmit",
      "PreToolUse Bash",
      "PermissionRequest Bash",
      "PostToolUse Bash",
      "Stop",
    ]);
    chat.send("MOCK:write=written.txt");
    await chat.reach("waiting");
    assert.equal(chat.session.conversation.asks[0]?.summary, "written.txt");
    await chat.answerAsk("allow");
    await chat.settle();
    assert.equal(
      readFileSync(join(chat.folder, "written.txt"), "utf8"),
      "Written by the scripted model.\n",
    );
    assert.deepEqual(chat.hookNames.slice(5), [
      "UserPromptSubmit",
      "PreToolUse Write",
      "PermissionRequest Write",
      "PostToolUse Write",
      "Stop",
    ]);
  });

  it("follows the CLI into a new session when the user clears the old one", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=1");
    await chat.settle();
    const before = chat.session.cliSessionId;
    assert.equal(before, chat.starts[0]?.session.id);
    chat.send("/clear");
    await chat.settle();
    assert.notEqual(chat.session.cliSessionId, before);
    assert.deepEqual(chat.hookNames.slice(2), ["SessionEnd", "SessionStart"]);
    chat.send("MOCK:chunks=2");
    await chat.settle();
    await chat.written("MOCK:chunks=2");
    chat.processes[0]?.signal("SIGKILL");
    await chat.reach("ended");
    chat.send("MOCK:chunks=3");
    await chat.settle();
    assert.equal(chat.notices.length, 1);
    assert.match(chat.notices[0] ?? "", /^Cleared/);
    assert.ok(chat.wasTold("MOCK:chunks=2"));
    assert.ok(!chat.wasTold("MOCK:chunks=1"));
  });

  it("interrupts an answer in its middle, keeps the process, and takes the next prompt", async () => {
    const chat = await open();
    await chat.sendHalf("middle");
    chat.session.interrupt();
    await chat.settle();
    chat.send("MOCK:chunks=1");
    await chat.settle();
    assert.deepEqual(chat.transcript, [
      "prompt: MOCK:gate=middle",
      "text: The first half. ",
      "(interrupted)",
      "prompt: MOCK:chunks=1",
      "text: chunk 1 of 1. ",
      "(completed)",
    ]);
    assert.deepEqual(chat.outcomes, ["interrupted", "done"]);
    assert.equal(chat.processes.length, 1);
  });

  it("voids an open ask when its turn is interrupted", async () => {
    const chat = await open();
    chat.send("MOCK:bash=touch made.txt");
    await chat.reach("waiting");
    chat.session.interrupt();
    await chat.settle();
    assert.equal(chat.closedAsks[0]?.outcome, "void");
    assert.deepEqual(chat.transcript.slice(1), [
      "Bash interrupted",
      "(interrupted)",
    ]);
    assert.ok(!existsSync(join(chat.folder, "made.txt")));
  });

  it("can be interrupted while it starts, and right after its prompt was written", async () => {
    const chat = await open();
    chat.send("MOCK:hang");
    chat.session.interrupt();
    await chat.reach("ended");
    chat.send("MOCK:hang");
    await chat.reach("running");
    chat.session.interrupt();
    await chat.reach("idle");
    chat.send("MOCK:chunks=1");
    await chat.settle();
    assert.deepEqual(chat.transcript, [
      "prompt: MOCK:hang",
      "(interrupted)",
      "prompt: MOCK:hang",
      "(interrupted)",
      "prompt: MOCK:chunks=1",
      "text: chunk 1 of 1. ",
      "(completed)",
    ]);
    assert.deepEqual(chat.outcomes, ["interrupted", "interrupted", "done"]);
    assert.deepEqual(chat.notices, []);
  });

  it("says so when the process is killed in the middle of a turn, and resumes with the next prompt", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=1");
    await chat.settle();
    await chat.sendHalf("killed");
    await chat.written("MOCK:gate=killed");
    process.kill(chat.processes[0]!.pid!, "SIGKILL");
    await chat.reach("ended");
    assert.deepEqual(chat.transcript.slice(4), [
      "text: The first half. ",
      "error: Claude ended in the middle of its work (signal SIGKILL). Send your next prompt to resume the conversation.",
    ]);
    chat.send("MOCK:chunks=2");
    await chat.settle();
    assert.deepEqual(chat.starts[1]?.session, {
      kind: "resume",
      id: chat.starts[0]?.session.id,
    });
    assert.equal(chat.transcript.at(-2), "text: chunk 1 of 2. chunk 2 of 2. ");
    assert.deepEqual(chat.outcomes, ["done", "failed", "done"]);
    assert.ok(chat.wasTold("MOCK:chunks=1"));
    assert.ok(chat.wasTold("MOCK:gate=killed"));
  });

  it("starts anew when the CLI has lost the conversation", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=1");
    await chat.settle();
    await chat.written("MOCK:chunks=1");
    await chat.session.stop();
    rmSync(join(chat.home, ".claude", "projects"), { recursive: true });
    chat.send("MOCK:chunks=2");
    await chat.settle();
    assert.deepEqual(
      chat.starts.map(({ session }) => session.kind),
      ["new", "resume", "new"],
    );
    assert.match(chat.notices[0] ?? "", /^Claude has no record/);
    assert.equal(chat.transcript.at(-2), "text: chunk 1 of 2. chunk 2 of 2. ");
  });

  it("shows at once that the API refuses the sign-in, and stays usable", async () => {
    const chat = await open();
    chat.send("MOCK:err=401");
    await chat.settle();
    assert.match(chat.notices[0] ?? "", /refused the sign-in \(401\)/);
    assert.equal(chat.notices.length, 1);
    assert.equal(chat.transcript.at(-1), "(failed)");
    const [prompt] = chat.session.conversation.items;
    assert.ok(prompt?.kind === "prompt");
    assert.equal(prompt.failure?.kind, "signIn");
    chat.send("MOCK:chunks=1");
    await chat.settle();
    assert.deepEqual(chat.outcomes, ["failed", "done"]);
    assert.equal(chat.transcript.at(-2), "text: chunk 1 of 1. ");
    assert.equal(chat.processes.length, 1);
  });

  it("leaves no command of the agent's running when it is interrupted or stopped", async () => {
    const chat = await open();
    const command = "echo $$ > pid.txt && exec tail -f /dev/null";
    const stops = {
      idle: () => chat.session.interrupt(),
      ended: () => void chat.registry.stop(),
    } as const;
    for (const activity of ["idle", "ended"] as const) {
      chat.send(`MOCK:bash=${command}`);
      await chat.answerAsk("allow");
      const pid = await eventually(
        () => Number(readIfThere(join(chat.folder, "pid.txt"))) || undefined,
        "the command runs",
      );
      stops[activity]();
      await chat.reach(activity);
      await eventually(() => !isRunning(pid), "the command has ended");
      assert.ok(!chat.transcript.includes("Bash running"));
      rmSync(join(chat.folder, "pid.txt"));
    }
  });

  it("leaves no process when it is stopped, idle or in the middle of a turn", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=1");
    await chat.settle();
    await chat.registry.stop();
    assert.equal(chat.processes[0]?.isAlive, false);
    await chat.sendHalf("stopped");
    await chat.registry.stop();
    assert.equal(chat.processes[1]?.isAlive, false);
    await eventually(
      () => chat.model.requests().at(-1)?.closed,
      "the request is closed",
    );
  });
});

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../fakes/eventually";
import { isRunning } from "../../fakes/processes";
import { findRealCli, RealCliHarness } from "../../fakes/realCliHarness";

/** One pixel. */
const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe("The engine with the real CLI", function () {
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

  it("has a process that was started in advance take the first prompt", async () => {
    const chat = await open();
    chat.registry.prewarm(chat.folder);
    await eventually(() => chat.processes[0]?.facts, "it is greeted");
    const { pid } = chat.processes[0]!;
    chat.send("MOCK:chunks=1");
    await chat.settle();
    assert.equal(chat.transcript.at(-2), "text: chunk 1 of 1. ");
    assert.equal(chat.processes.length, 1);
    assert.equal(chat.session.pid, pid);
    await chat.session.stop();
    chat.send("MOCK:chunks=2");
    await chat.settle();
    assert.equal(chat.starts[1]?.session.kind, "resume");
    assert.ok(chat.wasTold("MOCK:chunks=1"));
  });

  it("says of itself which commands and models there are, and who pays", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=1");
    await chat.settle();
    const { cli } = chat.session.conversation.engine;
    assert.ok(cli);
    assert.ok(cli.commands.some(({ name }) => name === "compact"));
    assert.ok(cli.models.some(({ value }) => value === "default"));
    assert.deepEqual(cli.account, { kind: "signedIn", email: null });
    assert.match(cli.version ?? "", /^\d+\.\d+\.\d+$/);
  });

  it("changes model and permission mode while it runs, and keeps them over a restart", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=1");
    await chat.settle();
    assert.deepEqual(
      await chat.session.setOptions({
        model: "another-model",
        permissionMode: "acceptEdits",
      }),
      [],
    );
    chat.send("MOCK:write=made.txt");
    await chat.settle();
    assert.ok(existsSync(join(chat.folder, "made.txt")), "It was asked for.");
    assert.equal(chat.closedAsks.length, 0);
    const models = () => chat.model.requests().map(({ body }) => modelOf(body));
    assert.equal(models().at(-1), "another-model");
    assert.equal(chat.processes.length, 1);
    chat.session.restart();
    await eventually(() => chat.processes.length === 2, "it restarts");
    chat.send("MOCK:chunks=2");
    await chat.settle();
    assert.equal(models().at(-1), "another-model");
    assert.equal(chat.session.conversation.permissionMode, "acceptEdits");
    assert.ok(chat.wasTold("MOCK:write"));
  });

  it("does not take a mode that it was not started for, and says that it takes a restart", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=1");
    await chat.settle();
    const refused = await chat.session.setOptions({
      permissionMode: "bypassPermissions",
    });
    assert.match(refused[0] ?? "", /not launched with/);
    assert.deepEqual(chat.session.conversation.engine.drift, [
      "permissionMode",
    ]);
  });

  it("sends a picture with its prompt", async () => {
    const chat = await open();
    const id = "6f1b9d2c-4a70-4a3e-9a55-1d2f6d3c7b10";
    assert.equal(chat.session.send(id, "MOCK:chunks=1", [png]).kind, "queued");
    await chat.settle();
    assert.equal(chat.transcript.at(-1), "(completed)");
    assert.ok(chat.wasTold('"media_type":"image/png"'));
  });

  it("goes on with a copy of a conversation, which leaves the conversation as it was", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=1");
    await chat.settle();
    await chat.written("MOCK:chunks=1");
    const from = chat.session.cliSessionId;
    const copy = chat.registry.open(
      { kind: "fork", from, at: null },
      chat.folder,
    );
    copy.send("0c9f2f0e-3b43-4c6e-8f3b-6a1f5c9d2e11", "MOCK:chunks=2");
    await eventually(
      () => copy.conversation.items.some(({ kind }) => kind === "turn"),
      "the copy answers",
    );
    assert.ok(chat.wasTold("MOCK:chunks=1"));
    assert.notEqual(copy.cliSessionId, from);
    chat.send("MOCK:chunks=3");
    await chat.settle();
    assert.ok(!chat.wasTold("MOCK:chunks=2"));
  });

  it("makes a summary of itself when it is told to, and goes on with it", async () => {
    const chat = await open();
    chat.send("MOCK:chunks=1");
    await chat.settle();
    const before = chat.session.cliSessionId;
    chat.send("/compact");
    await chat.settle();
    chat.send("MOCK:chunks=2");
    await chat.settle();
    assert.equal(chat.session.cliSessionId, before);
    assert.ok(chat.wasTold("A conversation with the scripted model."));
    assert.equal(chat.transcript.at(-2), "text: chunk 1 of 2. chunk 2 of 2. ");
    assert.equal(chat.processes.length, 1);
    assert.deepEqual(
      chat.ends.map(({ outcome }) => outcome),
      ["done", "done", "done"],
    );
  });

  it("ends when it is idle, and resumes", async () => {
    const chat = await open();
    // Some 6 ms.
    chat.idle.set(0.0001);
    chat.send("MOCK:chunks=1");
    await chat.reach("ended");
    assert.equal(chat.session.conversation.engine.ended, "idle");
    assert.equal(isRunning(chat.processes[0]!.pid!), false);
    chat.idle.set(0);
    chat.send("MOCK:chunks=2");
    await chat.settle();
    assert.ok(chat.wasTold("MOCK:chunks=1"));
    assert.deepEqual(chat.notices, []);
  });

  it("has a prompt read that was sent into a turn which uses a tool", async () => {
    const chat = await open();
    const fifo = join(chat.folder, "go");
    chat.send(`MOCK:bash=mkfifo ${fifo} && cat ${fifo}`);
    await chat.answerAsk("allow");
    await eventually(() => existsSync(fifo), "the command runs");
    const id = "2b9d0f4a-8c1e-4d53-9f0a-7e6b5c4d3a21";
    chat.session.send(id, "And say hello");
    let hasIt = false;
    chat.processes[0]?.onLine((line) => {
      hasIt ||= line.type === "command_lifecycle" && line.command_uuid === id;
    });
    assert.ok(chat.session.steer(id));
    await eventually(() => hasIt, "the CLI has it");
    assert.deepEqual(chat.queued, [id]);
    appendFileSync(fifo, "done\n");
    await chat.settle();
    assert.ok(chat.wasTold("And say hello"));
    assert.equal(
      chat.transcript.filter((line) => line.startsWith("(")).length,
      1,
    );
    assert.deepEqual(
      chat.ends.map(({ outcome }) => outcome),
      ["done", "done"],
    );
  });

  it("leaves no command running when only SIGKILL is left to stop it", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const chat = await open();
    const command = "echo $$ > pid.txt && exec sleep 1000";
    chat.send(`MOCK:bash=${command}`);
    await chat.answerAsk("allow");
    const file = join(chat.folder, "pid.txt");
    const pid = await eventually(
      () => existsSync(file) && Number(readFileSync(file, "utf8")),
      "the command runs",
    );
    // It hears nothing any more but SIGKILL.
    process.kill(chat.processes[0]!.pid!, "SIGSTOP");
    chat.session.interrupt();
    await chat.reach("ended");
    assert.equal(chat.session.conversation.engine.lastStop, "SIGKILL");
    await eventually(() => !isRunning(pid), "the command has ended");
    assert.match(chat.notices[0] ?? "", /^Stopped\. .*SIGKILL/);
    chat.send("MOCK:chunks=1");
    await chat.settle();
    assert.equal(chat.transcript.at(-2), "text: chunk 1 of 1. ");
  });
});

function modelOf(body: unknown): unknown {
  return (body as { model?: string } | undefined)?.model;
}

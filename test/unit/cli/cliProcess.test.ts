import assert from "node:assert/strict";
import { nullLogger } from "../../../src/base/log";
import { defaultOptions } from "../../../src/cli/arguments";
import { CliProcess } from "../../../src/cli/cliProcess";
import type { WireLine } from "../../../src/cli/wire";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";
import {
  type RunScript,
  ScriptedCli,
  ScriptedCliProgramFile,
} from "../../fakes/scriptedCli";

describe("A process of the CLI", function () {
  this.timeout(20_000);
  const program = new ScriptedCliProgramFile();
  let clock: FakeClock;
  let scripted: ScriptedCli;
  before(() => program.build());
  after(() => program.remove());
  beforeEach(() => {
    clock = new FakeClock();
  });
  afterEach(() => scripted.remove());

  const start = async (script: RunScript = {}) => {
    scripted = new ScriptedCli(program.path, clock, [script]);
    const cli = await scripted.start({
      session: { kind: "new", id: "s1" },
      options: defaultOptions(scripted.folder),
    });
    const lines: WireLine[] = [];
    cli.onLine((line) => lines.push(line));
    return { cli, lines };
  };

  const received = (count: number) =>
    eventually(() => scripted.received().length >= count, "it is read");

  it("starts a conversation in stream-json, and is the first to speak", async () => {
    const { cli } = await start();
    await received(1);
    assert.deepEqual(scripted.argumentsOf(0), [
      "--print",
      "--verbose",
      "--input-format",
      "stream-json",
      "--output-format",
      "stream-json",
      "--include-partial-messages",
      "--permission-prompt-tool",
      "stdio",
      "--session-id",
      "s1",
    ]);
    assert.equal(scripted.received()[0]?.request?.subtype, "initialize");
    assert.ok(cli.isAlive);
  });

  it("writes prompts, answers, refusals and interrupts as the CLI reads them", async () => {
    const { cli } = await start({ turns: [[{ do: "hang" }]] });
    assert.ok(cli.sendPrompt(hello("u1")));
    assert.ok(cli.respond("r1", { behavior: "allow" }));
    assert.ok(cli.refuse("r2", "No."));
    cli.interrupt();
    await received(5);
    assert.deepEqual(scripted.received().slice(1, 4), [
      {
        type: "user",
        message: { role: "user", content: [{ type: "text", text: "Hello" }] },
        parent_tool_use_id: null,
        session_id: "",
        uuid: "u1",
      },
      {
        type: "control_response",
        response: {
          subtype: "success",
          request_id: "r1",
          response: { behavior: "allow" },
        },
      },
      {
        type: "control_response",
        response: { subtype: "error", request_id: "r2", error: "No." },
      },
    ]);
    assert.deepEqual(scripted.received()[4]?.request, {
      subtype: "interrupt",
      cancel_queued: true,
    });
  });

  it("goes on with the next line when a listener fails at one", async () => {
    const { cli, lines } = await start();
    let failures = 0;
    cli.onLine(() => {
      failures += 1;
      throw new Error("A listener's fault.");
    });
    cli.sendPrompt(hello("u1"));
    await eventually(
      () => lines.some((line) => line.type === "result"),
      "the turn is over",
    );
    assert.equal(failures, lines.length);
  });

  it("takes no prompt once it was told to end, though it still runs", async () => {
    const { cli } = await start({ ignores: ["SIGINT"] });
    await received(1);
    cli.signal("SIGINT");
    await eventually(
      () => scripted.ignoredSignals().length === 1,
      "the signal has come",
    );
    assert.ok(cli.isAlive);
    assert.equal(cli.sendPrompt(hello("u1")), false);
    const stopping = cli.stop();
    assert.equal(cli.sendPrompt(hello("u2")), false);
    await stopping;
    assert.deepEqual(scripted.prompts(), []);
  });

  it("tells how it ended, with the end of what it said on stderr", async () => {
    const stderr = `${"x".repeat(5_000)}\nlast words\n`;
    const { cli } = await start({ first: [{ do: "exit", code: 7, stderr }] });
    const end = await cli.ended;
    assert.equal(end.code, 7);
    assert.equal(end.error, null);
    assert.ok(end.stderrTail.endsWith("x\nlast words"));
    assert.ok(end.stderrTail.length <= 2_000);
    assert.equal(cli.sendPrompt(hello("u1")), false);
    await cli.stop();
    assert.equal(clock.pending, 0);
  });

  it("tells that it could not be started, and never throws for it", async () => {
    scripted = new ScriptedCli(program.path, clock, []);
    const cli = new CliProcess(
      { clock, log: nullLogger },
      {
        session: { kind: "resume", id: "s1" },
        path: "/nowhere/claude",
        options: defaultOptions(process.cwd()),
        env: {},
        hookEvents: [],
      },
    );
    const end = await cli.ended;
    assert.match(String(end.error), /ENOENT/);
    assert.equal(cli.isAlive, false);
    await cli.stop();
  });
});

const hello = (id: string) => ({ id, text: "Hello", images: [] });

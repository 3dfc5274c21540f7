import assert from "node:assert/strict";
import { eventually } from "../../fakes/eventually";
import {
  type RunScript,
  ScriptedCliProgramFile,
} from "../../fakes/scriptedCli";
import { SessionHarness } from "../../fakes/sessionHarness";

describe("The options of a conversation", function () {
  this.timeout(20_000);
  const program = new ScriptedCliProgramFile();
  let harness: SessionHarness;
  before(() => program.build());
  after(() => program.remove());
  afterEach(() => harness.remove());

  const open = (...scripts: RunScript[]) => {
    harness = new SessionHarness(program.path, scripts);
  };
  const engine = () => harness.session.conversation.engine;
  const requests = (run = 0) =>
    harness.cli.received(run).flatMap(({ request }) => request ?? []);

  it("are those of its next start as long as there is no process", async () => {
    open();
    await harness.session.setOptions({ model: "opus", addDirectories: ["/a"] });
    assert.deepEqual(engine().drift, []);
    harness.send("one");
    await harness.settle();
    const { options } = harness.cli.starts[0]!;
    assert.equal(options.model, "opus");
    assert.deepEqual(options.addDirectories, ["/a"]);
    assert.deepEqual(engine().drift, []);
  });

  it("change in the running process where they can: model and permission mode", async () => {
    open();
    harness.send("one");
    await harness.settle();
    assert.deepEqual(
      await harness.session.setOptions({
        model: "opus",
        permissionMode: "plan",
      }),
      [],
    );
    assert.deepEqual(requests().slice(1), [
      { subtype: "set_model", model: "opus" },
      { subtype: "set_permission_mode", mode: "plan" },
    ]);
    assert.deepEqual(engine().drift, []);
    await eventually(
      () => harness.session.conversation.permissionMode === "plan",
      "the CLI has told",
    );
  });

  it("are said to need a restart where they cannot, until they are back or it is restarted", async () => {
    open();
    harness.send("one");
    await harness.settle();
    await harness.session.setOptions({ addDirectories: ["/a"] });
    assert.deepEqual(engine().drift, ["addDirectories"]);
    await harness.session.setOptions({ addDirectories: [] });
    assert.deepEqual(engine().drift, []);
    await harness.session.setOptions({ settingsFile: "/s.json" });
    assert.deepEqual(engine().drift, ["settingsFile"]);
    harness.session.restart();
    await eventually(() => harness.cli.starts.length === 2, "it restarts");
    await harness.reach("idle");
    assert.deepEqual(engine().drift, []);
    assert.equal(harness.cli.starts[1]!.options.settingsFile, "/s.json");
    assert.equal(harness.cli.starts[1]?.session.kind, "resume");
    assert.deepEqual(harness.notices, []);
  });

  it("need no restart any more once the process has ended by itself", async () => {
    open();
    harness.send("one");
    await harness.settle();
    await harness.session.setOptions({ settingsFile: "/s.json" });
    harness.cli.processes[0]?.signal("SIGKILL");
    await harness.ended();
    assert.deepEqual(engine().drift, []);
    assert.equal(engine().ended, "crashed");
  });

  it("need a restart where the CLI refuses to change them, in its words", async () => {
    open({ refuses: { set_permission_mode: "Not launched for it." } });
    harness.send("one");
    await harness.settle();
    assert.deepEqual(
      await harness.session.setOptions({ permissionMode: "bypassPermissions" }),
      ["Not launched for it."],
    );
    assert.deepEqual(engine().drift, ["permissionMode"]);
  });

  it("follow a mode that the agent's side has changed", async () => {
    const line = { type: "system", subtype: "status", permissionMode: "plan" };
    open({ turns: [[{ do: "say", line }]] });
    harness.send("one");
    await harness.settle();
    assert.equal(harness.session.options.permissionMode, "plan");
    assert.deepEqual(engine().drift, []);
  });

  it("wait with a restart for the end of the turn, and go on with the queue after it", async () => {
    open({ turns: [[{ do: "ask", id: "a1", command: "ls" }]] });
    harness.send("one", "two");
    await harness.reach("waiting");
    harness.session.restart();
    assert.equal(harness.cli.starts.length, 1);
    harness.broker.answer("a1", "allow", "chat");
    await harness.settle();
    assert.deepEqual(harness.cli.prompts(0), ["one"]);
    assert.deepEqual(harness.cli.prompts(1), ["two"]);
  });

  it("do not start a process by a restart where there is none", () => {
    open();
    harness.session.restart();
    assert.equal(harness.cli.starts.length, 0);
  });

  it("come with what the CLI says of itself", async () => {
    open({
      greeting: {
        commands: [
          { name: "compact", description: "x".repeat(500), argumentHint: "" },
          { name: "deploy", description: "One\nTwo", argumentHint: "[where]" },
          "no command",
        ].slice(0, 2),
        models: [{ value: "opus", displayName: "Opus", description: "Big" }],
        account: { tokenSource: "none", apiProvider: "firstParty" },
        claude_code_version: "2.1.0",
      },
    });
    harness.send("one");
    await harness.settle();
    const { cli } = engine();
    assert.ok(cli);
    assert.deepEqual(cli.commands[1], {
      name: "deploy",
      description: "One",
      argumentHint: "[where]",
    });
    assert.equal(cli.commands[0]?.description.length, 200);
    assert.deepEqual(cli.models, [
      { value: "opus", name: "Opus", description: "Big" },
    ]);
    assert.deepEqual(cli.account, { kind: "signedOut" });
    assert.equal(cli.version, "2.1.0");
  });
});

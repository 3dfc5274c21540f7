import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { hookEntries } from "../../../src/hook/hookEntries";
import { hookFiles } from "../../../src/hook/hookFiles";
import { launcherText } from "../../../src/hook/launcher";
import { placeProgram, type ProgramDeps } from "../../../src/hook/program";
import { clearSignedInMarker } from "../../../src/queue/signedInMarker";
import { eventually } from "../../fakes/eventually";
import { hookProgram } from "../../fakes/installedHook";
import { QueueHome } from "../../fakes/queueHome";

describe("The hook's launcher", function () {
  this.timeout(20_000);
  let home: QueueHome;
  let deps: ProgramDeps;
  before(function () {
    if (process.platform === "win32") {
      this.skip();
    }
  });
  beforeEach(async () => {
    home = new QueueHome();
    deps = await hookProgram(home);
    await placeProgram(deps);
  });
  afterEach(() => home.remove());

  /** Runs it as the CLI does, and checks what the agent sees of it: exit 0, and not a word. */
  function run(event: string, input: string, env: NodeJS.ProcessEnv = {}) {
    const { launcher } = hookFiles(home.home);
    const { command, args } = hookEntries(launcher).get(event) ?? {
      command: launcher,
      args: [event],
    };
    const { status, stdout, stderr } = spawnSync(command, args, {
      input,
      env: { ...home.env, ...env },
      encoding: "utf8",
    });
    assert.deepEqual(
      { status, stdout, stderr },
      { status: 0, stdout: "", stderr: "" },
    );
  }
  const json = (fields: object) => JSON.stringify(fields);
  const arrived = (count: number) =>
    eventually(
      () => home.pending().length >= count && home.pending(),
      `${count} events are in the queue`,
    );

  it("hands the CLI's JSON on, however long it is, to a Node that nobody waits for", async () => {
    run(
      "PreToolUse",
      json({ tool_name: "Write", tool_input: "x".repeat(300_000) }),
    );
    const [record] = await arrived(1);
    assert.equal(record?.tool_name, "Write");
    assert.equal(record.hook_event_name, "PreToolUse");
  });

  it("keeps the order of events whose processes race", async () => {
    // Those before a Stop step aside for the agent; the Stop comes all the same after them.
    const events = ["PreToolUse", "PostToolUse", "PreToolUse", "Stop"];
    for (const event of events) {
      run(event, json({ hook_event_name: event }));
    }
    const records = await arrived(events.length);
    assert.deepEqual(
      records.map((record) => record.hook_event_name),
      events,
    );
    const times = records.map(({ timestamp }) => timestamp);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  });

  it("has everything in the queue when the session's end returns", () => {
    for (const event of ["PostToolUse", "Stop", "SessionEnd"]) {
      run(event, json({ hook_event_name: event }));
    }
    assert.deepEqual(
      home.pending().map((record) => record.hook_event_name),
      ["PostToolUse", "Stop", "SessionEnd"],
    );
    assert.deepEqual(readdirSync(hookFiles(home.home).turns), []);
  });

  it("does not wait for ever for a hook that was killed before its turn", () => {
    const { turns } = hookFiles(home.home);
    const dead = join(turns, `${process.pid}-${process.pid}`);
    writeFileSync(dead, "");
    run("SessionEnd", json({}));
    assert.equal(home.pending().length, 1);
    assert.ok(!existsSync(dead));
  });

  it("gives no thought to the turns of another agent's hooks", () => {
    const { turns } = hookFiles(home.home);
    const other = join(turns, "1-1");
    writeFileSync(other, "");
    run("SessionEnd", json({}));
    assert.equal(home.pending().length, 1);
    assert.ok(existsSync(other));
  });

  it("does without a turn where none can be taken", () => {
    rmSync(hookFiles(home.home).turns, { recursive: true });
    run("SessionEnd", json({}));
    assert.equal(home.pending().length, 1);
  });

  it("tidies away the turns that a crash has left", async () => {
    const { turns } = hookFiles(home.home);
    const old = join(turns, "1-1");
    writeFileSync(old, "");
    utimesSync(old, 0, 0);
    await placeProgram(deps);
    assert.ok(!existsSync(old));
  });

  it("starts no Node in the chat, nor while nobody is signed in", () => {
    rmSync(hookFiles(home.home).turns, { recursive: true });
    mkdirSync(hookFiles(home.home).turns);
    run("SessionEnd", json({}), { FAILPROOF_CHAT: "1" });
    clearSignedInMarker(home.paths);
    run("SessionEnd", json({}));
    assert.ok(!existsSync(home.paths.pending));
  });

  it("is silent when the hook is gone, and when every Node is", async () => {
    rmSync(hookFiles(home.home).script);
    run("SessionEnd", json({}));
    await placeProgram({ ...deps, nodes: ["/gone/node"] });
    run("SessionEnd", json({}), { PATH: "/nowhere" });
    assert.ok(!existsSync(home.paths.pending));
  });

  it("takes the next best Node when the best is gone", async () => {
    await placeProgram({ ...deps, nodes: ["/gone/node", process.execPath] });
    run("SessionEnd", json({}), { PATH: "/nowhere" });
    assert.equal(home.pending().length, 1);
  });

  it("is not led astray by Node's own variables", () => {
    run("SessionEnd", json({}), { NODE_OPTIONS: "--require /gone.js" });
    assert.equal(home.pending().length, 1);
  });

  it("knows its home by itself, quotes and spaces in it or not", async () => {
    const odd = new QueueHome();
    const strange = join(odd.root, 'it\'s a "home" $HOME');
    await placeProgram({ ...deps, home: strange });
    writeFileSync(join(strange, "signed-in"), "");
    const { launcher } = hookFiles(strange);
    spawnSync(launcher, ["SessionEnd"], { input: "{}", env: { PATH: "" } });
    assert.ok(existsSync(join(strange, "cache/server-queue/pending.jsonl")));
    odd.remove();
  });

  it("is a batch file on Windows, with a percent sign kept one", () => {
    const text = launcherText(
      {
        home: "C:\\100% me\\.failproofai",
        files: { script: "C:\\100% me\\hook.js" },
        nodes: ["C:\\node.exe"],
      },
      "win32",
    );
    assert.ok(text.includes('set "script=C:\\100%% me\\hook.js"\r\n'));
    assert.ok(text.includes('"%node%" "%script%" %1 >nul 2>&1\r\n'));
    assert.deepEqual(hookEntries("C:\\x.cmd", "win32").get("Stop"), {
      type: "command",
      command: "cmd.exe",
      args: ["/d", "/c", "C:\\x.cmd", "Stop"],
      timeout: 10,
    });
  });
});

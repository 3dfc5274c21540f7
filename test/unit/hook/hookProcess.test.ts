import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { maxInputBytes } from "../../../src/hook/readInput";
import { clearSignedInMarker } from "../../../src/queue/signedInMarker";
import { bundle } from "../../fakes/bundle";
import { QueueHome } from "../../fakes/queueHome";

describe("The hook's process", function () {
  this.timeout(20_000);
  let bundles: QueueHome;
  let script: string;
  let home: QueueHome;
  before(async () => {
    bundles = new QueueHome();
    script = await bundle("src/hook/main.ts", bundles.root, "hook");
  });
  after(() => bundles.remove());
  beforeEach(() => {
    home = new QueueHome();
  });
  afterEach(() => home.remove());

  /** Runs it, and checks what must hold whatever happens: exit 0, and not a word. */
  function runHook(input: string, env: NodeJS.ProcessEnv = {}): void {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [script, "PreToolUse"],
      {
        input,
        env: { ...home.env, ...env },
        encoding: "utf8",
      },
    );
    assert.deepEqual(
      { status, stdout, stderr },
      { status: 0, stdout: "", stderr: "" },
    );
  }

  const json = JSON.stringify({
    session_id: "s1",
    cwd: "/home/me/project",
    hook_event_name: "PreToolUse",
    tool_name: "Write",
    tool_input: { content: "täglich 日本語" },
    permission_mode: "plan",
  });

  it("queues one record of what the agent does", () => {
    runHook(json);
    const [record, ...others] = home.pending();
    assert.deepEqual(others, []);
    assert.equal(record?.tool_name, "Write");
    assert.equal(record.session_id, "s1");
    assert.equal(record.permission_mode, "plan");
    assert.equal(record.source, "hook");
  });

  it("records an event without its detail when its input is too long", () => {
    runHook(
      JSON.stringify({
        tool_name: "Write",
        tool_input: "x".repeat(maxInputBytes),
      }),
    );
    const [record] = home.pending();
    assert.equal(record?.hook_event_name, "PreToolUse");
    assert.equal(record.tool_name, null);
  });

  it("keeps the detail of an input that is just short enough", () => {
    const frame = JSON.stringify({ tool_name: "Write", tool_input: "" });
    runHook(
      JSON.stringify({
        tool_name: "Write",
        tool_input: "x".repeat(maxInputBytes - frame.length),
      }),
    );
    assert.equal(home.pending()[0]?.tool_name, "Write");
  });

  for (const [name, input] of Object.entries({
    nothing: "",
    "no JSON": "{oops",
    "no object": "[1]",
  })) {
    it(`records the event by its argument when its input is ${name}`, () => {
      runHook(input);
      assert.equal(home.pending()[0]?.event_type, "pre_tool_use");
    });
  }

  it("does nothing in the chat, which records its own events", () => {
    runHook(json, { FAILPROOF_CHAT: "1" });
    assert.equal(existsSync(home.paths.pending), false);
  });

  it("does nothing while nobody is signed in", () => {
    clearSignedInMarker(home.paths);
    runHook(json);
    assert.equal(existsSync(home.paths.pending), false);
  });

  it("says nothing and changes nothing when it cannot write", () => {
    rmSync(home.paths.folder, { recursive: true });
    writeFileSync(home.paths.folder, "");
    runHook(json);
  });

  it("reads input that comes in pieces, and works without any stdin", async () => {
    const child = spawn(process.execPath, [script, "Stop"], {
      env: home.env,
      stdio: ["pipe", "ignore", "ignore"],
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    const bytes = Buffer.from(json);
    for (const at of [0, 40, 147]) {
      child.stdin.write(
        bytes.subarray(at, at === 147 ? undefined : at === 0 ? 40 : 147),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
    child.stdin.end();
    assert.equal(await ended, 0);
    spawnSync(process.execPath, [script, "Stop"], {
      env: home.env,
      stdio: "ignore",
    });
    assert.deepEqual(
      home.pending().map((record) => record.hook_event_name),
      ["PreToolUse", "Stop"],
    );
  });

  it("is one small file", () => {
    assert.ok(statSync(script).size < 24_000, `${statSync(script).size} bytes`);
  });
});

import assert from "node:assert/strict";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { captureHookPayload } from "../../../src/hook/capture";
import { hookFiles } from "../../../src/hook/hookFiles";
import { installHooks } from "../../../src/hook/install";
import { systemClock } from "../../../src/node/systemClock";
import type { EventRecord } from "../../../src/protocol/eventRecord";
import { hookProgram } from "../../fakes/installedHook";
import { OneShotCli } from "../../fakes/oneShotCli";
import { QueueHome } from "../../fakes/queueHome";
import { findRealCli, RealCliHarness } from "../../fakes/realCliHarness";

const secret = `ghp_${"x1Y2z3".repeat(6)}`;
const bash = ["--allowedTools", "Bash"];

describe("The installed hook in the real CLI", function () {
  this.timeout(120_000);
  let path: string;
  let home: QueueHome;
  let cli: OneShotCli;

  before(async function () {
    const found = await findRealCli();
    if ("missing" in found) {
      console.warn(`Skipped, since there is no CLI: ${found.missing}`);
      this.skip();
    }
    path = found.path;
  });
  afterEach(async () => {
    await cli.remove();
    home.remove();
  });

  async function open(): Promise<void> {
    home = new QueueHome();
    cli = await OneShotCli.open(path, { FAILPROOFAI_HOME: home.home });
    const outcome = await installHooks(
      {
        ...(await hookProgram(home)),
        env: { CLAUDE_CONFIG_DIR: cli.configDir },
      },
      { kind: "user" },
    );
    assert.equal(outcome.kind, "changed");
  }

  /** The events' names, by session. */
  function sessions(): string[][] {
    const bySession = new Map<string | null, EventRecord[]>();
    for (const record of home.pending()) {
      const others = bySession.get(record.session_id) ?? [];
      bySession.set(record.session_id, [...others, record]);
    }
    return [...bySession.values()].map((records) => {
      const times = records.map(({ timestamp }) => timestamp);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      return records.map(nameOf);
    });
  }
  const nameOf = ({ hook_event_name, tool_name }: EventRecord) =>
    tool_name === null
      ? String(hook_event_name)
      : `${hook_event_name} ${tool_name}`;

  const wholeRun = [
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse Bash",
    "PostToolUse Bash",
    "Stop",
    "SessionEnd",
  ];

  it("queues every event of a one-shot run once, in order, before the CLI is gone; in ten runs, five at a time", async () => {
    await open();
    for (const batch of [1, 2]) {
      const runs = [1, 2, 3, 4, 5].map(async () => {
        const { code, stderr } = await cli.run(
          `MOCK:bash=echo ${secret} ${batch}`,
          bash,
        );
        assert.equal(code, 0);
        assert.ok(!/hook/i.test(stderr), stderr);
      });
      await Promise.all(runs);
      // At once: what is not there when the CLI has ended would be lost with a container.
      assert.deepEqual(sessions(), Array(batch * 5).fill(wholeRun));
    }
    const ids = home.pending().map((record) => record.client_event_id);
    assert.equal(new Set(ids).size, 10 * wholeRun.length);
    assert.deepEqual(readdirSync(hookFiles(home.home).turns), []);
    assertNowhere(home.home, secret.slice(4));
  });

  it("loses nothing when the run ends right after a tool, or is ended by a signal", async () => {
    await open();
    await cli.run("MOCK:bash=echo hi", [...bash, "--max-turns", "1"]);
    assert.deepEqual(sessions(), [wholeRun.filter((name) => name !== "Stop")]);
    rmSync(home.paths.pending);
    const { code } = await cli.run(
      "MOCK:bash=touch started && exec tail -f /dev/null",
      bash,
      (text, kill) => {
        if (text.includes('"tool_use"')) {
          kill();
        }
      },
    );
    assert.equal(code, 143);
    const [names = []] = sessions();
    assert.equal(names[0], "SessionStart");
    assert.equal(names.at(-1), "SessionEnd");
  });

  it("records a tool that fails, and an answer that cannot be had", async () => {
    await open();
    await cli.run("MOCK:bash=exit 3", bash);
    assert.deepEqual(sessions(), [
      wholeRun.map((name) => name.replace("PostToolUse", "PostToolUseFailure")),
    ]);
    assert.equal(home.pending()[3]?.duration_ms !== null, true);
    rmSync(home.paths.pending);
    await cli.run("MOCK:err=400");
    // The CLI waits for no StopFailure hook: on its way out it starts one, or does not.
    const names = sessions()
      .flat()
      .filter((name) => name !== "StopFailure");
    assert.deepEqual(names, ["SessionStart", "UserPromptSubmit", "SessionEnd"]);
  });

  it("leaves the chat's events to the chat: each is there once", async () => {
    await open();
    const chat = await RealCliHarness.open(path);
    await installHooks(
      {
        ...(await hookProgram(home)),
        env: { CLAUDE_CONFIG_DIR: join(chat.home, ".claude") },
      },
      { kind: "user" },
    );
    chat.send("MOCK:bash=touch made.txt");
    await chat.answerAsk("allow");
    await chat.settle();
    await chat.remove();
    assert.deepEqual(home.pending(), []);
    for (const payload of chat.hooks) {
      captureHookPayload(
        { paths: home.paths, clock: systemClock },
        payload,
        undefined,
        "chat",
      );
    }
    const [prompted, used, ...rest] = wholeRun.slice(1, -1);
    assert.deepEqual(sessions(), [
      [prompted, used, "PermissionRequest Bash", ...rest],
    ]);
  });

  it("does not disturb the agent when it is gone", async () => {
    await open();
    rmSync(hookFiles(home.home).folder, { recursive: true });
    const { code } = await cli.run("MOCK:bash=echo hi", bash);
    assert.equal(code, 0);
    mkdirSync(hookFiles(home.home).folder);
  });
});

/** Looks into every file below the folder. */
function assertNowhere(folder: string, words: string): void {
  for (const name of readdirSync(folder, {
    recursive: true,
    encoding: "utf8",
  })) {
    const file = join(folder, name);
    if (statSync(file).isFile()) {
      assert.ok(!readFileSync(file, "latin1").includes(words), file);
    }
  }
}

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { eventually, withWorkbench } from "./support";

const run = promisify(execFile);

describe("What agents do outside the chat", () => {
  const workbench = withWorkbench();
  const fp = () => workbench.current.failproof;
  const settings = () =>
    path.join(
      workbench.current.stack.workspace,
      ".claude",
      "settings.local.json",
    );

  /** The CLI in a terminal, so to speak: not a child of VS Code. */
  async function runAgent(prompt: string): Promise<void> {
    const { cli, workspace } = workbench.current.stack;
    const args = ["-p", prompt, "--allowedTools", "Bash"];
    const env = { PATH: process.env["PATH"], ...cli.env };
    const running = run(cli.path, args, { cwd: workspace, env });
    running.child.stdin?.end();
    await running;
  }

  const names = () =>
    workbench.current.events().map((row) => row["hook_event_name"]);

  it("is not recorded before the hooks are installed", async () => {
    const page = await workbench.current.signInPage();
    await workbench.current.approve(page);
    await fp().statusBar.filter({ hasText: "synced" }).waitFor();
    await runAgent("MOCK:bash=ls");
    assert.deepEqual(names(), []);
  });

  it("installs the hooks for this folder, and has tried them out", async () => {
    await fp().runCommand("Notifications: Clear All Notifications");
    await fp().runCommand("Failproof: Install Claude Code Hooks");
    await fp().choose("In this folder only");
    await fp()
      .notification(/Hooks installed in .*A try has arrived in the queue/)
      .waitFor();
    await workbench.current.picture("hooks-installed");
    assert.match(readFileSync(settings(), "utf8"), /failproof-hook/);
  });

  it("records a run in the terminal from its start to its end, each event once", async () => {
    await runAgent("MOCK:bash=ls");
    await eventually("the end of the session", () =>
      names().includes("SessionEnd"),
    );
    await fp().statusBar.filter({ hasText: "synced" }).waitFor();
    assert.deepEqual(names(), [
      "SessionStart",
      "UserPromptSubmit",
      "PreToolUse",
      "PostToolUse",
      "Stop",
      "SessionEnd",
    ]);
    const rows = workbench.current.events();
    assert.deepEqual(
      new Set(rows.map((row) => row["source"])),
      new Set(["hook"]),
    );
  });

  it("records the chat once, although the hooks are installed as well", async () => {
    const before = names().length;
    await fp().openChat();
    await fp().send("MOCK:bash=ls");
    await fp().byTestId("turn").waitFor();
    await eventually("the chat's events", () =>
      names().slice(before).includes("Stop"),
    );
    const prompts = names().slice(before);
    for (const name of [
      "SessionStart",
      "UserPromptSubmit",
      "PreToolUse",
      "PostToolUse",
    ]) {
      assert.equal(prompts.filter((one) => one === name).length, 1, name);
    }
  });

  it("puts the settings back at the user's word", async () => {
    await fp().runCommand("Notifications: Clear All Notifications");
    await fp().runCommand("Failproof: Remove Claude Code Hooks");
    await fp().choose("In this folder only");
    await fp()
      .notification(/Hooks removed from/)
      .waitFor();
    assert.doesNotMatch(readFileSync(settings(), "utf8"), /failproof-hook/);
    const before = names().length;
    await runAgent("MOCK:bash=ls");
    assert.equal(names().length, before);
  });
});

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { eventually, occurrences, withWorkbench } from "./support";

describe("The main job, in a real VS Code with the packaged extension", () => {
  const workbench = withWorkbench();
  const fp = () => workbench.current.failproof;
  const fileInWorkspace = (name: string) =>
    path.join(workbench.current.stack.workspace, name);

  /** Waits for the nth turn (from 1) to have ended. */
  async function turnEnded(nth: number): Promise<void> {
    await fp()
      .byTestId("turn")
      .nth(nth - 1)
      .waitFor();
  }

  it("starts signed out, and says that a scripted model answers", async () => {
    await fp().statusBar.filter({ hasText: "signed out" }).waitFor();
    await fp().openChat();
    await fp()
      .byTestId("demo-banner")
      .filter({ hasText: "scripted model" })
      .waitFor();
    await fp().byTestId("signin-hint").waitFor();
  });

  it("signs in with the code that is approved on the server's page", async () => {
    const page = await workbench.current.signInPage();
    const code = (await page.locator("#user-code").innerText()).trim();
    await fp().statusBar.filter({ hasText: code }).waitFor();
    const copied = await workbench.current.page.evaluate<string>(
      "navigator.clipboard.readText()",
    );
    assert.equal(copied, code, "the code is on the clipboard");
    await page.getByLabel("Sign in as").fill("ada@localhost");
    await workbench.current.approve(page);
    await fp().statusBar.filter({ hasText: "ada@localhost: synced" }).waitFor();
    await fp().byTestId("signin-hint").waitFor({ state: "detached" });
  });

  it("does not write the file when the ask is denied, and tells the agent", async () => {
    await fp().send("create a file hello.txt");
    await fp().byTestId("ask").filter({ hasText: "hello.txt" }).waitFor();
    await fp().notification("hello.txt").waitFor();
    await fp().byTestId("ask-deny").click();
    await turnEnded(1);
    assert.equal(existsSync(fileInWorkspace("hello.txt")), false);
    await fp().byTestId("text").filter({ hasText: "not allowed" }).waitFor();
    const status = await fp().byTestId("tool").getAttribute("data-status");
    assert.equal(status, "denied");
    await fp().notification("hello.txt").waitFor({ state: "detached" });
  });

  it("writes the file when the ask is allowed from the notification", async () => {
    await fp().send("create a file hello.txt");
    await fp().byTestId("ask").waitFor();
    await fp()
      .notification("hello.txt")
      .getByText("Allow", { exact: true })
      .click();
    await turnEnded(2);
    assert.equal(existsSync(fileInWorkspace("hello.txt")), true);
    await fp().byTestId("ask").waitFor({ state: "detached" });
    await fp().notification("hello.txt").waitFor({ state: "detached" });
  });

  it("delivers the events of both to the server, each once", async () => {
    const rows = await eventually("the events of both turns", () => {
      const seen = workbench.current.events();
      const stops = seen.filter((row) => row["hook_event_name"] === "Stop");
      return stops.length === 2 && seen;
    });
    const seen = rows
      .filter((row) => row["tool_name"] === "Write")
      .map((row) => [row["hook_event_name"], row["decision"]]);
    assert.deepEqual(seen, [
      ["PreToolUse", null],
      ["PermissionRequest", "ask"],
      ["PermissionDecision", "deny"],
      ["PreToolUse", null],
      ["PermissionRequest", "ask"],
      ["PermissionDecision", "allow"],
      ["PostToolUse", null],
    ]);
    const ids = rows.map((row) => row["client_event_id"]);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(
      JSON.stringify(rows).includes("hello.txt"),
      false,
      "what the tool worked on is not sent",
    );
  });

  it("ends on synced, with an empty queue", async () => {
    await fp().statusBar.filter({ hasText: "synced" }).waitFor();
    const left = readdirSync(workbench.current.stack.queue);
    assert.deepEqual(
      left.filter((name) => /^(pending|segment|claimed)/.test(name)),
      [],
    );
  });

  it("has the whole answer, once, when it was finished behind a hidden view", async () => {
    await fp().send("MOCK:gate=hidden");
    await fp().byTestId("text").filter({ hasText: "first half" }).waitFor();
    await fp().hideChat();
    workbench.current.stack.model?.openGate("hidden");
    await eventually("the end of the hidden turn", () => {
      const seen = workbench.current.events();
      return (
        seen.filter((row) => row["hook_event_name"] === "Stop").length === 3
      );
    });
    await fp().openChat();
    await turnEnded(3);
    const text = fp().byTestId("text");
    assert.equal(await occurrences(text, "The first half."), 1);
    assert.equal(await occurrences(text, "The second half."), 1);
    assert.equal(await fp().byTestId("prompt").count(), 3);
  });

  it("goes on with the answer, once, when the view is shown again in the middle of it", async () => {
    await fp().send("MOCK:gate=shown");
    const text = fp().byTestId("text");
    await text.filter({ hasText: "first half" }).nth(1).waitFor();
    await fp().hideChat();
    await fp().openChat();
    await text.filter({ hasText: "first half" }).nth(1).waitFor();
    workbench.current.stack.model?.openGate("shown");
    await turnEnded(4);
    assert.equal(await occurrences(text, "The first half."), 2);
    assert.equal(await occurrences(text, "The second half."), 2);
    assert.equal(await fp().byTestId("prompt").count(), 4);
  });

  it("lets a second prompt wait its turn, and answers it in the same process", async () => {
    const before = workbench.current.cliProcesses();
    assert.equal(before.length, 1);
    await fp().send("MOCK:gate=queue");
    await fp()
      .byTestId("text")
      .filter({ hasText: "first half" })
      .nth(2)
      .waitFor();
    await fp().byTestId("composer").fill("hello again");
    await fp().byTestId("composer").press("Enter");
    await fp().byTestId("queued").filter({ hasText: "hello again" }).waitFor();
    workbench.current.stack.model?.openGate("queue");
    await turnEnded(6);
    assert.equal(await fp().byTestId("queued").count(), 0);
    assert.deepEqual(workbench.current.cliProcesses(), before);
  });

  it("interrupts a turn and takes the next prompt in the same process", async () => {
    const before = workbench.current.cliProcesses();
    await fp().send("MOCK:gate=never");
    await fp()
      .byTestId("text")
      .filter({ hasText: "first half" })
      .nth(3)
      .waitFor();
    await fp().byTestId("stop").click();
    await turnEnded(7);
    await fp()
      .byTestId("turn")
      .nth(6)
      .filter({ hasText: /interrupted/i })
      .waitFor();
    await fp().send("MOCK:chunks=3");
    await turnEnded(8);
    assert.deepEqual(workbench.current.cliProcesses(), before);
  });

  it("says so when the CLI dies in the middle of a turn, and the next prompt resumes", async () => {
    const [pid] = workbench.current.cliProcesses();
    await fp().send("MOCK:gate=dead");
    await fp()
      .byTestId("text")
      .filter({ hasText: "first half" })
      .nth(4)
      .waitFor();
    process.kill(pid!, "SIGKILL");
    await fp().byTestId("notice").filter({ hasText: "resume" }).waitFor();
    await fp().send("MOCK:chunks=2");
    await turnEnded(9);
    const after = workbench.current.cliProcesses();
    assert.equal(after.length, 1);
    assert.notEqual(after[0], pid);
  });

  it("shows the same conversation after the webview was reloaded, and in a tab", async () => {
    const shown = () => fp().byTestId("transcript").innerText();
    const before = await shown();
    await fp().runCommand("Developer: Reload Webviews");
    await turnEnded(9);
    assert.equal(await shown(), before);
    await fp().hideChat();
    await fp().runCommand("Failproof: Open Chat in Editor");
    await turnEnded(9);
    assert.equal(await shown(), before);
  });

  it("keeps what happens while the server is away, and delivers it when it is back", async () => {
    const { stack } = workbench.current;
    const before = workbench.current.events().length;
    await stack.cloud.stop();
    await fp().statusBar.filter({ hasText: "offline" }).waitFor();
    await fp().send("MOCK:bash=ls");
    await turnEnded(10);
    await fp()
      .statusBar.filter({ hasText: /offline, \d+ queued/ })
      .waitFor();
    assert.equal(workbench.current.events().length, before);
    await stack.restartCloud();
    await fp().statusBar.filter({ hasText: "synced" }).waitFor();
    const rows = workbench.current.events();
    const ids = rows.map((row) => row["client_event_id"]);
    assert.equal(new Set(ids).size, ids.length);
    const late = rows.slice(before).map((row) => row["hook_event_name"]);
    for (const name of ["UserPromptSubmit", "PreToolUse", "Stop"]) {
      assert.equal(late.filter((one) => one === name).length, 1, name);
    }
  });

  it("signs out: nothing more is recorded, and the status bar says so", async () => {
    await fp().runCommand("Failproof: Sign Out");
    await fp().statusBar.filter({ hasText: "signed out" }).waitFor();
    const count = workbench.current.events().length;
    await fp().send("MOCK:chunks=1");
    await turnEnded(11);
    assert.equal(workbench.current.events().length, count);
    assert.equal(
      existsSync(path.join(workbench.current.stack.queue, "pending.jsonl")),
      false,
    );
  });
});

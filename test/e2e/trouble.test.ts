import assert from "node:assert/strict";
import { withWorkbench } from "./support";

describe("What goes wrong while signing in", () => {
  const workbench = withWorkbench({
    settings: { "failproof.cli.path": "/nowhere/claude" },
    cloudArgs: ["--faults", "--device-code-seconds", "3"],
  });
  const fp = () => workbench.current.failproof;
  const sentence = (text: string | RegExp) =>
    fp().notification(text).first().waitFor();

  async function setFaults(faults: unknown[]): Promise<void> {
    const { url } = workbench.current.stack.cloud;
    const answer = await fetch(`${url}/__faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ faults }),
    });
    assert.equal(answer.ok, true);
  }

  it("has a card for a missing CLI, with what to do and where it was looked for", async () => {
    await fp().openChat();
    const card = fp().byTestId("readiness");
    await card.filter({ hasText: "not found" }).waitFor();
    await card.getByText("Where it was looked for").click();
    await card.getByText("/nowhere/claude").waitFor();
    await card.getByRole("button", { name: /install/i }).waitFor();
    await card.getByRole("button", { name: /path/i }).click();
    const { page } = workbench.current;
    const setting = page.getByText("The full path of the Claude CLI");
    await setting.waitFor();
    await page.keyboard.press("Escape");
    await setting.waitFor({ state: "detached" });
  });

  it("says that the code was denied, and how to go on", async () => {
    const page = await workbench.current.signInPage();
    await page.getByRole("button", { name: "Deny" }).click();
    await page
      .getByText(/denied/i)
      .first()
      .waitFor();
    await sentence(/was denied.*Failproof: Sign In/);
    await page.close();
    await fp().statusBar.filter({ hasText: "signed out" }).waitFor();
  });

  it("says that the code has expired, and how to go on", async () => {
    const page = await workbench.current.signInPage();
    await page.close();
    await sentence(/has expired.*Failproof: Sign In/);
  });

  it("says that the answer was a web page, and not the service", async () => {
    await setFaults([{ path: "/api/v1/auth/device-code", kind: "html" }]);
    await fp().runCommand("Failproof: Sign In");
    await fp().choose("With a code");
    await sentence(/web page, not the Failproof service.*failproof.serverUrl/);
    await setFaults([]);
  });

  it("ends without a word when the user cancels", async () => {
    await fp().runCommand("Notifications: Clear All Notifications");
    const progress = fp().notification("Signing in to Failproof");
    await progress.waitFor({ state: "detached" });
    const page = await workbench.current.signInPage();
    await page.close();
    await progress.getByRole("button", { name: "Cancel" }).click();
    await fp().statusBar.filter({ hasText: "signed out" }).waitFor();
    await progress.waitFor({ state: "detached" });
    const errors = fp().notification(/expired|denied|wrong|refused/);
    assert.deepEqual(await errors.allInnerTexts(), []);
  });

  it("says that the server cannot be reached, and what to check", async () => {
    await workbench.current.stack.cloud.stop();
    await fp().runCommand("Failproof: Sign In");
    await fp().choose("With a code");
    await sentence(/cannot be reached.*Check your network/);
  });
});

describe("A window without a folder", () => {
  const workbench = withWorkbench({ withoutFolder: true });

  it("says to open one, with a button", async () => {
    const fp = workbench.current.failproof;
    await fp.openChat();
    const card = fp.byTestId("readiness");
    await card.filter({ hasText: /folder/i }).waitFor();
    await card.getByRole("button", { name: /open folder/i }).waitFor();
    await fp.byTestId("composer").fill("kept until there is a folder");
    assert.equal(await fp.byTestId("send").isEnabled(), false);
  });
});

describe("A folder that is not trusted", () => {
  const workbench = withWorkbench({ workspaceTrust: true });

  it("starts no agent, says why, and works once the folder is trusted", async () => {
    const { failproof: fp, page } = workbench.current;
    await page.getByRole("button", { name: /No, I don't trust/ }).click();
    await fp.openChat();
    const card = fp.byTestId("readiness");
    await card.filter({ hasText: /trust/i }).waitFor();
    await fp.byTestId("composer").fill("kept until it is trusted");
    await fp.byTestId("composer").press("Enter");
    assert.equal(await fp.byTestId("prompt").count(), 0);
    assert.deepEqual(workbench.current.cliProcesses(), []);
    await card.getByRole("button", { name: /trust/i }).click();
    await page.getByRole("button", { name: "Trust", exact: true }).click();
    await card.waitFor({ state: "detached" });
    await fp.send("MOCK:chunks=2");
    await fp.byTestId("turn").waitFor();
  });
});

describe("No server chosen yet", () => {
  const workbench = withWorkbench({
    settings: { "failproof.serverUrl": "" },
  });

  it("asks which, starts the local one, and signs in to it", async () => {
    const { failproof: fp, context } = workbench.current;
    const opened = context.waitForEvent("page");
    await fp.runCommand("Failproof: Sign In");
    await fp.choose("This machine");
    await fp.choose("With a code");
    await workbench.current.approve(await opened);
    await fp.statusBar.filter({ hasText: "synced" }).waitFor();
    await fp.openChat();
    await fp.send("MOCK:bash=touch made");
    await fp.byTestId("ask-allow").click();
    await fp.byTestId("turn").waitFor();
    await fp.runCommand("Failproof: Sync Now");
    await fp.notification(/delivered/).waitFor();
  });
});

import assert from "node:assert/strict";
import { eventually, withWorkbench } from "./support";

describe("Signing in with the browser, and what an account can do", () => {
  const workbench = withWorkbench({ cloudArgs: ["--issue", "api-key"] });
  const fp = () => workbench.current.failproof;
  const row = (label: string) =>
    workbench.current.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ hasText: label });

  async function signIn(email: string): Promise<void> {
    const { context } = workbench.current;
    const opened = context.waitForEvent("page");
    await fp().runCommand("Failproof: Sign In with Browser");
    const page = await opened;
    await page.getByLabel("Sign in as").fill(email);
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByText("You can close this page now").waitFor();
    await page.close();
  }

  it("allows it on the server's page, and the browser brings the answer back", async () => {
    await signIn("ada@localhost");
    await fp().statusBar.filter({ hasText: "ada@localhost: synced" }).waitFor();
  });

  it("shows who, where and with what, masked", async () => {
    await fp().runCommand("Failproof: Show Account");
    await row("Account").filter({ hasText: "ada@localhost" }).waitFor();
    await row("Server")
      .filter({ hasText: workbench.current.stack.cloud.url })
      .waitFor();
    await row("Credential")
      .filter({ hasText: /API key fpk_….{4},/ })
      .waitFor();
    await row("Expires").filter({ hasText: "never" }).waitFor();
    await workbench.current.picture("show-account");
    await workbench.current.page.keyboard.press("Escape");
  });

  it("stops the relay at the user's word, and what agents do waits", async () => {
    await fp().runCommand("Failproof: Stop Relay");
    await fp().statusBar.filter({ hasText: "stopped" }).waitFor();
    await eventually(
      "no relay runs",
      () => workbench.current.processes("relay.js").length === 0,
    );
    await fp().openChat();
    await fp().send("MOCK:chunks=2");
    await fp().byTestId("turn").waitFor();
    await fp()
      .statusBar.filter({ hasText: /stopped, \d+ queued/ })
      .waitFor();
    assert.deepEqual(workbench.current.events(), []);
    await fp().runCommand("Failproof: Show What Is Sent");
    const editor = workbench.current.page.locator(".monaco-editor .view-lines");
    await editor.filter({ hasText: "UserPromptSubmit" }).first().waitFor();
    await workbench.current.picture("what-is-sent");
    await fp().runCommand("View: Close All Editors");
  });

  it("signs out, and keeps what waits when the user says so", async () => {
    await fp().runCommand("Failproof: Sign Out");
    const dialog = workbench.current.page.locator(".monaco-dialog-box");
    await dialog.getByText(/events wait to be delivered/).waitFor();
    await workbench.current.picture("sign-out-with-events");
    await dialog.getByRole("button", { name: "Keep Them" }).click();
    await fp().statusBar.filter({ hasText: "signed out" }).waitFor();
    await fp()
      .notification(/are kept for the next time/)
      .waitFor();
  });

  it("asks before it delivers them to another account, and deletes them at the user's word", async () => {
    await fp().runCommand("Notifications: Clear All Notifications");
    await signIn("eve@localhost");
    const dialog = workbench.current.page.locator(".monaco-dialog-box");
    await dialog.getByText(/recorded for another account/).waitFor();
    await dialog.getByRole("button", { name: "Delete Them" }).click();
    await fp().runCommand("Failproof: Start Relay");
    await fp().statusBar.filter({ hasText: "eve@localhost: synced" }).waitFor();
    assert.deepEqual(workbench.current.events(), []);
  });

  it("offers what can be done from the status bar", async () => {
    await fp().statusBar.click();
    await row("Relay").filter({ hasText: "connected" }).waitFor();
    await row("Stop Relay").waitFor();
    await workbench.current.picture("relay-status");
    await row("Sync Now").click();
    await fp().notification("Everything is delivered already").waitFor();
  });
});

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { failproofPage } from "../../scripts/lib/failproofPage.mjs";
import { eventually, withWorkbench } from "./support";

describe("One account in two windows", () => {
  const workbench = withWorkbench();
  let other: Page;
  const windows = () => [workbench.current.page, other];
  const account = "ada@localhost (Failproof)";

  before(async () => {
    other = await workbench.current.newWindow();
  });

  /** VS Code's own menu at the foot of the activity bar. */
  async function openAccounts(page: Page): Promise<void> {
    await page.bringToFront();
    await page.getByRole("button", { name: "Accounts" }).click();
    await page.locator(".monaco-menu").first().waitFor();
  }

  async function accountsShow(page: Page): Promise<boolean> {
    await openAccounts(page);
    const entry = page.locator(".monaco-menu").getByText(account);
    const isThere = await entry.isVisible();
    await page.keyboard.press("Escape");
    return isThere;
  }

  async function bothSay(hasText: string): Promise<void> {
    for (const page of windows()) {
      await failproofPage(page).statusBar.filter({ hasText }).waitFor();
    }
  }

  it("signs in in one: the other's status bar and Accounts menu follow", async () => {
    await bothSay("signed out");
    const page = await workbench.current.signInPage();
    await page.getByLabel("Sign in as").fill("ada@localhost");
    await workbench.current.approve(page);
    await bothSay("ada@localhost: synced");
    for (const window of windows()) {
      assert.equal(await accountsShow(window), true);
    }
  });

  it("has one relay for both", () => {
    assert.equal(workbench.current.processes("relay.js").length, 1);
  });

  it("goes on with the same account and relay when the first window is reloaded", async () => {
    const [before] = workbench.current.processes("relay.js");
    await workbench.current.page.reload();
    await bothSay("ada@localhost: synced");
    assert.deepEqual(workbench.current.processes("relay.js"), [before]);
  });

  it("signs out in the other, from its Accounts menu: both follow", async () => {
    await openAccounts(other);
    const menu = other.locator(".monaco-menu");
    await menu.getByText(account).hover();
    await menu.getByText("Sign Out", { exact: true }).hover();
    // A click that comes soon after a menu has opened is passed over: VS Code takes it for the one that opened it.
    await menu
      .locator(".action-item.focused", { hasText: /^Sign Out$/ })
      .waitFor();
    await other.keyboard.press("Enter");
    await other
      .locator(".monaco-dialog-box")
      .getByRole("button", { name: "Sign Out" })
      .click();
    await bothSay("signed out");
    for (const window of windows()) {
      assert.equal(await accountsShow(window), false);
    }
    await eventually(
      "the relay has ended",
      () => workbench.current.processes("relay.js").length === 0,
    );
  });
});

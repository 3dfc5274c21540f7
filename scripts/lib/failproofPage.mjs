// @ts-check
import { runCommand, webviewFrame } from "./workbench.mjs";

/** @typedef {import("playwright-core").Page} Page */

/**
 * Failproof's places in a workbench page, by the names that a user has for
 * them. What waits, waits for something to be seen.
 * @param {Page} page
 */
export function failproofPage(page) {
  const chat = webviewFrame(page);
  const byTestId = (/** @type {string} */ id) =>
    chat.locator(`[data-testid="${id}"]`);
  /** @param {string | RegExp} name */
  const clickTab = async (name) => {
    await page.getByRole("tab", { name, exact: true }).locator("a").click();
    // As a user's would: a pointer that stays there opens a hover over the chat.
    await page.mouse.move(640, 300);
  };
  return {
    page,
    chat,
    byTestId,
    statusBar: page.locator('[id="failproof.failproof.failproof.status"]'),
    /** The view in the activity bar, and its composer. */
    async openChat() {
      await clickTab(/^Failproof/);
      await byTestId("composer").waitFor();
    },
    async hideChat() {
      await clickTab(/^Explorer/);
      await page.locator("iframe.webview.ready").waitFor({ state: "hidden" });
    },
    /** @param {string} text */
    async send(text) {
      await byTestId("composer").fill(text);
      await byTestId("composer").press("Enter");
      await byTestId("prompt").filter({ hasText: text }).last().waitFor();
    },
    /** @param {string | RegExp} hasText */
    notification: (hasText) =>
      page.locator(".notification-toast").filter({ hasText }),
    /** @param {string} label What a list offers. */
    choose: (label) =>
      page
        .locator(".quick-input-list .monaco-list-row")
        .filter({ hasText: label })
        .click(),
    runCommand: (/** @type {string} */ title) => runCommand(page, title),
  };
}

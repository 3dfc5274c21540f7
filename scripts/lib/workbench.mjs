// @ts-check
// Where things are in the workbench's page, for whoever drives it through playwright-core.

/** @typedef {import('playwright-core').Page} Page */

/**
 * @param {{port: number}} server
 * @param {string} folder
 * @param {[string, string][]} [payload] What a desktop VS Code takes as flags; ignored without the smoke-test driver.
 * @returns {string} The address of a window on that folder.
 */
export function workbenchUrl({ port }, folder, payload = []) {
  const url = `http://localhost:${port}/?folder=${encodeURIComponent(folder)}`;
  if (payload.length === 0) return url;
  return `${url}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/**
 * @param {{port: number}} server
 * @param {string} file
 * @returns {string} How the page names a file of the server's machine.
 */
export function remoteUri({ port }, file) {
  return `vscode-remote://localhost:${port}${encodeURI(file)}`;
}

/**
 * VS Code wraps every webview in two frames; the inner one holds the extension's own page.
 * @param {Page} page
 * @param {number} [nth] Which of the visible webviews.
 */
export function webviewFrame(page, nth = 0) {
  return page
    .frameLocator("iframe.webview.ready")
    .nth(nth)
    .frameLocator("#active-frame");
}

/**
 * @param {Page} page
 * @param {string} title As the command palette shows it, with its category.
 */
export async function runCommand(page, title) {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input[type=text]");
  await input.fill(`>${title}`);
  const entry = page.locator(".quick-input-list .monaco-list-row.focused");
  // Another command's title may begin with the same words.
  await entry.getByText(title, { exact: true }).waitFor();
  await page.keyboard.press("Enter");
}

// @ts-check
// Lets a test inside the extension host use the browser around it: one POST to a secret loopback address is
// one act in the page. It refuses what does not carry the secret.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { runCommand, webviewFrame } from "./workbench.mjs";

/** @typedef {import('playwright-core').Page} Page */

/**
 * @typedef {object} UiRequest
 * @property {'click' | 'fill' | 'press' | 'text' | 'count' | 'waitFor' | 'screenshot' | 'command'} action
 * @property {string} [selector] Playwright's: CSS, `text=…`, `role=button[name="…"]`.
 * @property {'webview'} [frame] Look inside a webview instead of in the workbench.
 * @property {number} [nth] Which webview, when several are visible.
 * @property {string} [value] What to fill in, which key to press, which command's title to run.
 * @property {string} [path] Where a screenshot goes.
 * @property {number} [timeoutMs] 10 s unless told.
 */

/**
 * @param {Page} page
 * @returns {Promise<{url: string, stop: () => Promise<void>}>} POST a UiRequest as JSON to `url`; the answer is
 *   `{ok: true, result}` or `{ok: false, error}`.
 */
export async function startUiBridge(page) {
  const secret = `/${randomBytes(16).toString("hex")}`;
  const server = createServer((request, response) => {
    void (async () => {
      const allowed = request.method === "POST" && request.url === secret;
      const answer = allowed
        ? await answerTo(page, request)
        : { ok: false, error: "Not allowed." };
      response.writeHead(allowed ? 200 : 403, {
        "content-type": "application/json",
      });
      response.end(JSON.stringify(answer));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("No port.");
  return {
    url: `http://127.0.0.1:${address.port}${secret}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/**
 * @param {Page} page
 * @param {import('node:http').IncomingMessage} request
 */
async function answerTo(page, request) {
  try {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const result = await act(page, JSON.parse(text));
    return { ok: true, result: result ?? null };
  } catch (error) {
    return { ok: false, error: String(error) };
  }
}

/**
 * @param {Page} page
 * @param {UiRequest} request
 * @returns {Promise<unknown>}
 */
async function act(page, request) {
  const {
    selector = "body",
    value = "",
    timeoutMs: timeout = 10_000,
  } = request;
  const within =
    request.frame === "webview" ? webviewFrame(page, request.nth) : page;
  const target = within.locator(selector);
  switch (request.action) {
    case "click":
      return target.click({ timeout });
    case "fill":
      return target.fill(value, { timeout });
    case "press":
      return request.selector
        ? target.press(value, { timeout })
        : page.keyboard.press(value);
    case "text":
      return target.innerText({ timeout });
    case "count":
      return target.count();
    case "waitFor":
      return target.first().waitFor({ timeout });
    case "screenshot": {
      const path = request.path;
      const image = await page.screenshot(path ? { path } : {});
      return path ?? image.toString("base64");
    }
    case "command":
      return runCommand(page, value);
    default:
      throw new Error(`Unknown action: ${String(request.action)}`);
  }
}

// @ts-check
/**
 * The webview's real bundle in a browser, without VS Code: a loopback server
 * gives the page that the host would make (the same policy, another origin),
 * with VS Code's variables and a stand-in for its API.
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { root } from "./bootstrap.mjs";
import { theme } from "./webviewThemes.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** Serves dist/ and the page; `url(theme)` is what to open. */
export async function serveWebview() {
  const server = createServer((request, response) => {
    void answer(request.url ?? "/").then(({ status, type, body }) => {
      response.writeHead(status, { "content-type": type });
      response.end(body);
    });
  });
  await new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve(undefined)),
  );
  const address = server.address();
  const port = address && typeof address === "object" ? address.port : 0;
  return {
    /** @param {import("./webviewThemes.mjs").ThemeName} name */
    url: (name) => `http://127.0.0.1:${port}/?theme=${name}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const types = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".ttf": "font/ttf",
  ".map": "application/json",
};

/** @param {string} url */
async function answer(url) {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  if (pathname === "/") {
    const name = searchParams.get("theme");
    return { status: 200, type: "text/html", body: html(theme(isTheme(name))) };
  }
  try {
    const body = await readFile(
      path.join(root, "dist", path.basename(pathname)),
    );
    const extension = /** @type {keyof typeof types} */ (
      path.extname(pathname)
    );
    return { status: 200, type: types[extension], body };
  } catch {
    // The page asks for what is not there: its own icon, a source map.
    return { status: 404, type: "text/plain", body: "Not found" };
  }
}

/** @param {string | null} name */
function isTheme(name) {
  return name === "light" || name === "hc-dark" || name === "hc-light"
    ? name
    : "dark";
}

/** Messages are tasks; what they change is painted in the frame after. */
const pageFunctions = `
let seq = 0;
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
window.tellAll = async (bodies) => {
  for (const body of bodies) {
    seq += 1;
    window.postMessage({ epoch: "e", seq, body }, "*");
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  await frame();
  await frame();
};
window.settled = async () => {
  const box = document.querySelector(".transcript");
  for (let last = -1; last !== box.scrollTop; ) {
    last = box.scrollTop;
    for (let frames = 0; frames < 8; frames += 1) {
      await frame();
    }
  }
};
window.isAtEnd = () => {
  const box = document.querySelector(".transcript");
  return box.scrollHeight - box.clientHeight - box.scrollTop < 2;
};
window.scrollToPart = (part) => {
  const box = document.querySelector(".transcript");
  box.scrollTop = box.scrollHeight * part;
};
window.middleRow = () => {
  const { top, height } = document.querySelector(".transcript").getBoundingClientRect();
  const at = document.elementFromPoint(200, top + height / 2);
  return at?.closest("[data-row]")?.dataset.row ?? "";
};
window.rowsAbove = () => {
  const { top } = document.querySelector(".transcript").getBoundingClientRect();
  return [...document.querySelectorAll("[data-row]")]
    .filter((row) => row.getBoundingClientRect().bottom <= top)
    .map((row) => row.dataset.row);
};`;

/** @param {ReturnType<typeof theme>} look */
function html({ bodyClass, css }) {
  const policy =
    "default-src 'none'; style-src 'self' 'nonce-n'; font-src 'self'; img-src 'self' data:; script-src 'nonce-n'";
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1.0" />
    <style nonce="n">${css}</style>
    <link rel="stylesheet" href="webview.css" />
    <title>Failproof</title>
    <script nonce="n">
      window.posted = [];
      window.acquireVsCodeApi = () => ({
        postMessage: (message) => window.posted.push(message),
        getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null") ?? undefined,
        setState: (state) => sessionStorage.setItem("state", JSON.stringify(state)),
      });
${pageFunctions}
    </script>
  </head>
  <body class="${bodyClass}">
    <div id="root"></div>
    <script nonce="n" src="webview.js"></script>
  </body>
</html>`;
}

/**
 * Has the host say something to the page, and waits until it is painted.
 * @param {Page} page
 * @param {unknown[]} bodies Messages as src/protocol/chatMessages.ts has them.
 */
export async function tell(page, ...bodies) {
  await page.evaluate(`tellAll(${JSON.stringify(bodies)})`);
}

/**
 * Waits until nothing scrolls any more.
 * @param {Page} page
 */
export async function settled(page) {
  await page.evaluate("settled()");
}

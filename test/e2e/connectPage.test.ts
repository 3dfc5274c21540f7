import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { chromiumLaunchOptions } from "../../scripts/lib/chromium.mjs";
import { startCloud } from "../../scripts/lib/cloud.mjs";

/** A client's listener: what the browser brought, and where it waits. */
async function listen(host: string) {
  const server = createServer((_, response) => response.end("Signed in."));
  const visited = once(server, "request").then(
    ([request]: IncomingMessage[]) => new URL(request?.url ?? "", "http://x"),
  );
  server.listen(0, host.replace(/^\[|\]$/g, ""));
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address);
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return {
    redirectUri: `http://${host}:${address.port}/callback`,
    visited,
    close,
  };
}

/** Containers often have none. */
function hasIpv6Loopback(): boolean {
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.some((one) => one?.address === "::1");
}

describe("Signing in with the browser, in a browser", () => {
  let dataDir: string;
  let cloud: Awaited<ReturnType<typeof startCloud>>;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(32).toString("base64url");

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), "failproof-connect-"));
    cloud = await startCloud({ dataDir });
    browser = await chromium.launch(await chromiumLaunchOptions());
  });
  after(async () => {
    await browser.close();
    await cloud.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    page = await browser.newPage();
    complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
  });
  afterEach(() => page.close());

  const visit = async (redirectUri: string, changes = {}) => {
    const query = new URLSearchParams({
      ...{ redirect_uri: redirectUri, state, agent_id: "3f2a91c0-7a1e" },
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      ...{ code_challenge_method: "S256", ...changes },
    });
    await page.goto(`${cloud.url}/connect?${query.toString()}`);
  };
  const click = (name: string) => page.getByRole("button", { name }).click();

  for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
    it(`brings a code that is good for tokens back to ${host}`, async function () {
      if (host === "[::1]" && !hasIpv6Loopback()) {
        this.skip();
      }
      const { redirectUri, visited, close } = await listen(host);
      await visit(redirectUri);
      await page.getByText(new URL(redirectUri).host).waitFor();
      await page.getByLabel("Sign in as").fill("ada@localhost");
      await click("Allow");
      const { searchParams: brought, pathname } = await visited;
      await page.getByText("Signed in.").waitFor();
      assert.equal(pathname, "/callback");
      assert.equal(brought.get("state"), state);
      const answer = await fetch(`${cloud.url}/api/v1/auth/code-token`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          ...{ code: brought.get("code"), state, redirect_uri: redirectUri },
          code_verifier: verifier,
        }),
      });
      assert.match(await answer.text(), /"access_token":.*"ada@localhost"/);
      assert.deepEqual(complaints, []);
      await close();
    });
  }

  it("brings the refusal back", async () => {
    const { redirectUri, visited, close } = await listen("127.0.0.1");
    await visit(redirectUri);
    await click("Deny");
    const { searchParams: brought } = await visited;
    assert.deepEqual(Object.fromEntries(brought), {
      ...{ error: "access_denied", state },
    });
    assert.deepEqual(complaints, []);
    await close();
  });

  it("hands the code to an editor, past the page's own policy", async () => {
    await visit("vscode://failproof.failproof/signed-in");
    const request = page.waitForEvent("requestfailed", (failed) =>
      failed.url().startsWith("vscode:"),
    );
    await click("Allow");
    assert.match(
      (await request).url(),
      /^vscode:\/\/failproof\.failproof\/signed-in\?code=/,
    );
  });

  it("says on a page that it does not go elsewhere, and goes nowhere", async () => {
    await visit("https://example.org/callback");
    await page.getByText("This sign-in leads elsewhere.").waitFor();
    assert.ok(page.url().startsWith(cloud.url));
    assert.equal(await page.getByRole("button").count(), 0);
  });

  it("fits a narrow window, light and dark", async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await visit("vscode-insiders://failproof.failproof/signed-in");
      const widths = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, innerWidth]",
      );
      assert.deepEqual(widths, [320, 320]);
    }
  });
});

import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { chromiumLaunchOptions } from "../../scripts/lib/chromium.mjs";
import { serveWebview } from "../../scripts/lib/webviewPage.mjs";
import type { ThemeName } from "../../scripts/lib/webviewThemes.mjs";

/** A browser for the webview's bundle, and the server that gives it. */
export class WebviewBrowser {
  private constructor(
    readonly browser: Browser,
    readonly server: Awaited<ReturnType<typeof serveWebview>>,
  ) {}

  static async open(): Promise<WebviewBrowser> {
    const server = await serveWebview();
    return new WebviewBrowser(
      await chromium.launch(await chromiumLaunchOptions()),
      server,
    );
  }

  /** A chat that waits for its first snapshot, in a context of its own. */
  async chat(
    theme: ThemeName,
    size = { width: 420, height: 800 },
  ): Promise<Page> {
    const context = await this.browser.newContext({ viewport: size });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    await page.goto(this.server.url(theme));
    return page;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
  }
}

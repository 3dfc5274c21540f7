import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { settled, tell } from "../../scripts/lib/webviewPage.mjs";
import { snapshot, transcript } from "./webviewModel";
import { WebviewBrowser } from "./webviewBrowser";

describe("Find in the chat", () => {
  let browser: WebviewBrowser;
  let page: Page;
  before(async () => {
    browser = await WebviewBrowser.open();
  });
  after(() => browser.close());
  beforeEach(async () => {
    page = await browser.chat("dark");
    await tell(page, snapshot(transcript(1000)));
    await page.getByTestId("composer").focus();
    await page.keyboard.press("Control+f");
  });
  afterEach(async () => {
    await page.context().close();
  });

  const count = () => page.locator(".find-count");

  it("finds what is far away and folded, opens it, and counts", async () => {
    await page.getByTestId("find").fill("IT WENT well");
    await count().getByText("250 found").waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Shift+Enter");
    await count().getByText("1 of 250").waitFor();
    await settled(page);
    await page.locator('[data-row="i1"]').getByText("It went well.").waitFor();
    const marked = await page.evaluate(
      "[...CSS.highlights.get('found-current')].join()",
    );
    assert.equal(marked, "It went well");
  });

  it("takes case, whole words and regular expressions at their word", async () => {
    await page.getByTestId("find").fill("answer 9\\d\\d\\.");
    await count().getByText("No results").waitFor();
    await page.getByLabel("Use Regular Expression").click();
    await count().getByText("50 found").waitFor();
    await page.getByLabel("Match Case").click();
    await count().getByText("No results").waitFor();
    await page.getByTestId("find").fill("nswer");
    await count().getByText("500 found").waitFor();
    await page.getByLabel("Match Whole Word").click();
    await count().getByText("No results").waitFor();
  });

  it("gives the focus back on Escape", async () => {
    await page.keyboard.press("Escape");
    assert.equal(await page.getByTestId("find").count(), 0);
    await page.locator('[data-testid="composer"]:focus').waitFor();
  });
});

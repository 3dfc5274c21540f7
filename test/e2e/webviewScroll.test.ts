import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { settled, tell } from "../../scripts/lib/webviewPage.mjs";
import { delta, snapshot, text, transcript } from "./webviewModel";
import { WebviewBrowser } from "./webviewBrowser";

/** Where the element stands on the screen, in pixels and their fractions. */
async function topOf(element: Locator): Promise<number> {
  return (await element.boundingBox())!.y;
}

const isAtEnd = (page: Page) => page.evaluate<boolean>("isAtEnd()");

describe("The transcript in a browser", () => {
  let browser: WebviewBrowser;
  let page: Page;
  before(async () => {
    browser = await WebviewBrowser.open();
  });
  after(() => browser.close());
  beforeEach(async () => {
    page = await browser.chat("dark");
    await tell(page, snapshot(transcript(2000)));
  });
  afterEach(async () => {
    await page.context().close();
  });

  const row = (id: string) => page.locator(`[data-row="${id}"]`);
  const wheel = async (deltaY: number) => {
    await page.getByTestId("transcript").hover();
    await page.mouse.wheel(0, deltaY);
    await settled(page);
  };
  /** A row that is in the middle of the screen, whatever that is. */
  const middleRow = async () => {
    const id = await page.evaluate<string>("middleRow()");
    return row(id);
  };

  it("begins at the end, with no more rows in the document than are seen and some to spare", async () => {
    assert.ok(await isAtEnd(page));
    assert.ok((await page.locator(".row").count()) <= 100);
    await row("i1999").waitFor();
  });

  it("follows what is added and streamed at the end", async () => {
    await tell(page, text("new", "Words."));
    for (let step = 0; step < 20; step += 1) {
      await tell(page, delta("s", `Line ${step} of an answer.\n\n`));
      assert.ok(await isAtEnd(page), `step ${step}`);
    }
  });

  it("lets go at the first movement upwards and counts what is new", async () => {
    await wheel(-10);
    await tell(page, text("n1", "One."), text("n2", "Two."));
    assert.equal(await page.getByTestId("jump").textContent(), "2 new");
    assert.equal(await isAtEnd(page), false);
    await page.getByTestId("jump").click();
    assert.ok(await isAtEnd(page));
    assert.equal(await page.getByTestId("jump").count(), 0);
  });

  it("moves by no pixel while detached, whatever is added, streamed or changed", async () => {
    await wheel(-3000);
    const seen = await middleRow();
    const before = await topOf(seen);
    const above = await page.evaluate<string[]>("rowsAbove()");
    assert.ok(above.length > 2);
    for (let step = 0; step < 10; step += 1) {
      await tell(
        page,
        delta("s", `Line ${step}.\n\n`),
        text(
          above.at(-1 - (step % 2))!,
          `It has\n\n${"grown\n\n".repeat(step)}`,
        ),
        text(`added${step}`, "More."),
      );
      assert.equal(await topOf(seen), before, `step ${step}`);
    }
  });

  it("does not move within the answer that is being streamed either", async () => {
    const long = Array.from({ length: 120 }, (_, at) => `Paragraph ${at}.`);
    await tell(page, delta("s", long.join("\n\n")));
    await wheel(-800);
    const seen = page.getByText("Paragraph 100.");
    const before = await topOf(seen);
    for (let step = 0; step < 10; step += 1) {
      await tell(page, delta("s", `\n\nAnd more ${step}.`));
      assert.equal(await topOf(seen), before, `step ${step}`);
    }
  });

  it("shows rows wherever the user goes, at once", async () => {
    for (const part of [0.5, 0.1, 0.9, 0]) {
      await page.evaluate(`scrollToPart(${part})`);
      await settled(page);
      const box = (await (await middleRow()).boundingBox())!;
      assert.ok(box.height > 0, `at ${part}`);
      assert.ok((await page.locator(".row").count()) <= 100);
    }
    await row("i0").waitFor();
  });

  it("goes by the keyboard: Home, End, page by page", async () => {
    await page.getByTestId("transcript").focus();
    await page.keyboard.press("Home");
    await row("i0").waitFor();
    await page.keyboard.press("End");
    await row("i1999").waitFor();
    await settled(page);
    assert.ok(await isAtEnd(page));
    await page.keyboard.press("PageUp");
    await page.getByTestId("jump").waitFor();
  });

  it("comes back where the user was after a reload", async () => {
    await wheel(-3000);
    const seen = await middleRow();
    const id = (await seen.getAttribute("data-row"))!;
    const before = await topOf(seen);
    // Not waitForFunction, which evaluates a string in the page: its policy forbids that.
    const isKept = 'sessionStorage.getItem("state")?.includes("anchor")';
    while ((await page.evaluate(isKept)) !== true) {
      await page.evaluate("new Promise(requestAnimationFrame)");
    }
    await page.reload();
    await tell(page, snapshot(transcript(2000)));
    await row(id).waitFor();
    assert.ok(Math.abs((await topOf(row(id))) - before) < 1);
  });
});

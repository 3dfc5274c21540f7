import { execFileSync } from "node:child_process";
import { mkdirSync, readlinkSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { failproofPage } from "../../scripts/lib/failproofPage.mjs";
import {
  launchBrowser,
  type Stack,
  type StackOptions,
  startStack,
} from "../../scripts/lib/stack.mjs";

/** How long anything that a user waits for may take here; a slow machine is not a failure. */
const patienceMs = 30_000;

/** What has scrolled away is not in the document: here everything is looked at. */
const tallWindow = 2_400;

/** One window of a real VS Code with the packaged extension, for a suite. */
export class Workbench {
  private constructor(
    readonly stack: Stack,
    readonly browser: Browser,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async open(options: StackOptions = {}): Promise<Workbench> {
    const stack = await startStack(options);
    try {
      const { browser, context } = await launchBrowser({ height: tallWindow });
      context.setDefaultTimeout(patienceMs);
      const page = await context.newPage();
      await page.goto(stack.url);
      await failproofPage(page).statusBar.waitFor();
      return new Workbench(stack, browser, context, page);
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Another window on the same folder, with an extension host of its own. */
  async newWindow(): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.stack.url);
    await failproofPage(page).statusBar.waitFor();
    return page;
  }

  get failproof() {
    return failproofPage(this.page);
  }

  /** The browser first, so that the extension can deactivate. */
  async close(): Promise<void> {
    await this.browser.close();
    await this.stack.stop();
  }

  /** Kept when a test fails, to be looked at. */
  async picture(title: string): Promise<void> {
    mkdirSync("artifacts/e2e", { recursive: true });
    const name = title.replace(/[^a-z0-9]+/gi, "-").slice(0, 80);
    await this.page.screenshot({ path: `artifacts/e2e/${name}.png` });
  }

  /** Runs the sign-in up to the server's page. */
  async signInPage(): Promise<Page> {
    const opened = this.context.waitForEvent("page");
    await this.failproof.runCommand("Failproof: Sign In");
    await this.failproof.choose("With a code");
    const page = await opened;
    await page.waitForLoadState();
    return page;
  }

  /** Approves the code as a user would, on the server's page. */
  async approve(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Approve" }).click();
    // Chromium does not close a page well while it is on its way to another.
    await page.getByText("You can close this window").waitFor();
    await page.close();
  }

  /** Processes of this run that were started with `program` among their arguments. */
  processes(program: string): number[] {
    return processTable()
      .filter((line) => line.includes(program))
      .filter((line) => line.includes(this.stack.folder))
      .map((line) => Number.parseInt(line, 10));
  }

  /** The CLI processes that belong to this window's conversations. */
  cliProcesses(): number[] {
    return processTable()
      .filter(
        (line) =>
          line.includes(this.stack.cli.path) &&
          line.includes("--permission-prompt-tool"),
      )
      .map((line) => Number.parseInt(line, 10))
      .filter((pid) => this.#isInWorkspace(pid));
  }

  /** Another run on the same machine has processes of its own. Only Linux tells where one works. */
  #isInWorkspace(pid: number): boolean {
    return (
      process.platform !== "linux" ||
      readlinkSync(`/proc/${pid}/cwd`) === this.stack.workspace
    );
  }

  /** What the server has, in the order of arrival. */
  events(): Record<string, unknown>[] {
    const database = new DatabaseSync(this.stack.database, { readOnly: true });
    try {
      return database
        .prepare("SELECT * FROM events ORDER BY timestamp, rowid")
        .all();
    } finally {
      database.close();
    }
  }
}

function processTable(): string[] {
  const args = ["-axo", "pid=,args="];
  return execFileSync("ps", args, { encoding: "utf8" }).split("\n");
}

/** Opens a window before a suite and closes it after; a failed test leaves a picture. */
export function withWorkbench(options: StackOptions = {}): {
  readonly current: Workbench;
} {
  let workbench: Workbench | undefined;
  before(async () => {
    workbench = await Workbench.open(options);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") {
      await workbench?.picture(this.currentTest.fullTitle());
    }
  });
  after(async () => {
    await workbench?.close();
  });
  return {
    get current() {
      if (!workbench) {
        throw new Error("The window is not open");
      }
      return workbench;
    },
  };
}

/** Waits for something that no page shows, such as a row in the server's file. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false,
): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) {
      return seen;
    }
    if (Date.now() > until) {
      throw new Error(`Not seen within ${patienceMs} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How often a text stands in what is shown. */
export async function occurrences(
  place: Locator,
  text: string,
): Promise<number> {
  const shown = (await place.allInnerTexts()).join("\n");
  return shown.split(text).length - 1;
}

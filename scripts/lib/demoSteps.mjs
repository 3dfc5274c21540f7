// @ts-check
import { existsSync } from "node:fs";
import path from "node:path";
import { failproofPage } from "./failproofPage.mjs";

/**
 * @typedef {object} Step
 * @property {string} what What the user does and sees.
 * @property {() => Promise<import("playwright-core").Page | void>} run Resolves when the result is on the
 *   screen; a page that it gives is pictured and closed.
 */

/**
 * @typedef {object} Tour
 * @property {import("./stack.mjs").Stack} stack
 * @property {import("playwright-core").Page} page
 * @property {import("playwright-core").BrowserContext} context
 * @property {ReturnType<typeof failproofPage>} fp
 * @property {(id: string, text: string | RegExp) => Promise<void>} seen
 */

/**
 * @param {Pick<Tour, "stack" | "page" | "context">} given
 * @returns {Step[]}
 */
export function demoSteps(given) {
  const fp = failproofPage(given.page);
  const seen = (
    /** @type {string} */ id,
    /** @type {string | RegExp} */ text,
  ) => fp.byTestId(id).filter({ hasText: text }).last().waitFor();
  const tour = { ...given, fp, seen };
  return [...signingIn(tour), ...asking(tour), ...looking(tour)];
}

/** From the first look to being signed in. @type {(tour: Tour) => Step[]} */
function signingIn({ stack, page, context, fp, seen }) {
  return [
    {
      what: "VS Code opens, and Failproof says that you are signed out",
      async run() {
        await page.goto(stack.url);
        await fp.statusBar.filter({ hasText: "signed out" }).waitFor();
      },
    },
    {
      what: "The shield opens the chat, which says that a scripted model answers",
      async run() {
        await fp.openChat();
        await seen("demo-banner", "scripted model");
      },
    },
    {
      what: "Sign In opens the server's page with the code",
      async run() {
        const opened = context.waitForEvent("page");
        await fp.runCommand("Failproof: Sign In");
        await fp.choose("With a code");
        const signIn = await opened;
        const code = (await signIn.locator("#user-code").innerText()).trim();
        await fp.statusBar.filter({ hasText: code }).waitFor();
      },
    },
    {
      what: "Approve signs you in",
      async run() {
        const signIn = context.pages().at(-1) ?? page;
        await signIn.getByRole("button", { name: "Approve" }).click();
        await signIn.getByText("You can close this window").waitFor();
        await fp.statusBar.filter({ hasText: "synced" }).waitFor();
        const welcome = fp.notification("Signed in as");
        await welcome.hover();
        await welcome.locator("[aria-label^='Clear Notification']").click();
        await page.mouse.move(640, 300);
        return signIn;
      },
    },
  ];
}

/** The same question, denied and allowed. @type {(tour: Tour) => Step[]} */
function asking({ stack, fp, seen }) {
  const isThere = (/** @type {string} */ name) =>
    existsSync(path.join(stack.workspace, name));
  return [
    {
      what: "Claude asks before it writes a file, in the chat and as a notification",
      async run() {
        await fp.send("create a file hello.txt");
        await seen("ask", "hello.txt");
        const deny = fp.notification("hello.txt").getByText("Deny");
        await deny.waitFor();
        // It takes no click in its first half second.
        await fp.chat
          .locator('[data-testid="ask-allow"][aria-disabled="false"]')
          .waitFor();
      },
    },
    {
      what: "Deny: there is no file, and Claude was told",
      async run() {
        await fp.byTestId("ask-deny").click();
        await seen("text", "not allowed");
        await fp.byTestId("turn").waitFor();
        if (isThere("hello.txt")) throw new Error("hello.txt was written");
      },
    },
    {
      what: "Allow from the notification: the file is there",
      async run() {
        await fp.send("create a file hello.txt");
        const allow = fp.notification("hello.txt").getByText("Allow");
        await allow.click();
        await seen("text", "Done");
        if (!isThere("hello.txt")) throw new Error("hello.txt is not there");
      },
    },
  ];
}

/** What came of it. @type {(tour: Tour) => Step[]} */
function looking({ page, fp }) {
  return [
    {
      what: "What happened is with the server: the status bar says synced",
      async run() {
        await fp.runCommand("Failproof: Show Relay Status");
        await page
          .locator(".quick-input-widget")
          .getByText("Last acknowledged")
          .waitFor();
        await fp.statusBar.filter({ hasText: "synced" }).waitFor();
      },
    },
    {
      what: "A long answer streams",
      async run() {
        await page.keyboard.press("Escape");
        await fp.send("count slowly");
        await fp.byTestId("turn").nth(2).waitFor();
      },
    },
    {
      what: "The same conversation, wide, in an editor tab",
      async run() {
        await fp.hideChat();
        await fp.runCommand("Failproof: Open Chat in Editor");
        await fp.byTestId("turn").nth(2).waitFor();
      },
    },
  ];
}

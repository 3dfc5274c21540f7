import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";

const patienceMs = 20_000;

export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension("failproof.failproof");
  assert.ok(found, "the extension is installed");
  return found;
}

/** What stands in an environment variable that scripts/hostTests.mjs sets. */
function given(name: string): string {
  const value = process.env[name];
  assert.ok(value, name);
  return value;
}

/** All lines of the files in VS Code's logs whose path fits. */
export function logLines(file: RegExp): string[] {
  const logs = given("FAILPROOF_TEST_LOGS");
  return readdirSync(logs, { recursive: true })
    .map((name) => path.join(logs, String(name)))
    .filter((name) => file.test(name))
    .flatMap((name) => readFileSync(name, "utf8").split("\n"));
}

const programs =
  /dist[\\/](relay|cloud|hook|watchdog)\.js|--permission-prompt-tool/;

/** Our programs among the children of this extension host: what each was started with. */
export function ourChildren(): string[] {
  return execFileSync("ps", ["-axo", "ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`${process.pid} `))
    .filter((line) => programs.test(line));
}

/** Waits until it is so; the truth of another process comes when it comes. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, `Not within ${patienceMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Approves a sign-in code as the server's page would, without a browser. */
export async function approve(userCode: string): Promise<void> {
  const server = given("FAILPROOF_TEST_CLOUD");
  const page = await fetch(`${server}/device?user_code=${userCode}`);
  const token = /name="form_token"[^>]*value="([^"]+)"/.exec(await page.text());
  assert.ok(token?.[1], "the page has a form");
  const answer = await fetch(`${server}/device`, {
    method: "POST",
    headers: { origin: server },
    body: new URLSearchParams({
      form_token: token[1],
      user_code: userCode,
      email: "host@localhost",
      answer: "approve",
    }),
  });
  assert.equal(answer.status, 200);
}

/** Lets the browser around this host act, where there is one (scripts/lib/uiBridge.mjs). */
export async function inBrowser(action: object): Promise<void> {
  const answer = await fetch(given("FAILPROOF_UI_BRIDGE"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(action),
  });
  const body: unknown = await answer.json();
  assert.deepEqual(
    { ...(body as object), result: undefined },
    { ok: true, result: undefined },
  );
}

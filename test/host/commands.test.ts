import assert from "node:assert/strict";
import * as vscode from "vscode";
import {
  approve,
  extension,
  inBrowser,
  logLines,
  ourChildren,
  until,
} from "./support";

const run = (name: string, ...given: unknown[]) =>
  vscode.commands.executeCommand(`failproof.${name}`, ...given);

/** A command that ends only when its list is answered or closed. */
async function runAndClose(name: string): Promise<void> {
  const done = run(name);
  await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
  await done;
}

/** Module of the extension as VS Code itself has loaded it: the same instance. */
interface Running {
  deactivate(): Promise<void>;
}

async function signIn(): Promise<void> {
  await vscode.env.clipboard.writeText("");
  const signedIn = run("signIn", "code");
  let code = "";
  await until("the code is on the clipboard", async () => {
    code = await vscode.env.clipboard.readText();
    return /^[A-Z]{4}-[A-Z]{4}$/.test(code);
  });
  await approve(code);
  await signedIn;
}

const relays = () =>
  ourChildren().filter((line) => line.includes("relay.js")).length;

describe("Every command runs", () => {
  it("signs in, with the code on the clipboard", async () => {
    await signIn();
    await until("the relay runs", () => relays() === 1);
  });

  it("shows the account, the relay's status and the log", async () => {
    await runAndClose("showAccount");
    await runAndClose("showRelayStatus");
    await run("showLog");
  });

  it("delivers what waits", async () => {
    await run("syncNow");
  });

  it("starts the local server, once", async () => {
    await run("startLocalServer");
    await run("startLocalServer");
    const servers = ourChildren().filter((line) => line.includes("cloud.js"));
    assert.equal(servers.length, 1);
  });

  it("opens the chat, in its view and in a tab, and holds a conversation", async () => {
    await run("openChatInEditor");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await run("newConversation");
    await run("openChat");
    await runAndClose("switchConversation");
    await run("interrupt");
    if (process.env["FAILPROOF_UI_BRIDGE"] !== undefined) {
      const composer = {
        frame: "webview",
        selector: '[data-testid="composer"]',
      };
      await inBrowser({ ...composer, action: "fill", value: "MOCK:gate=on" });
      await inBrowser({ ...composer, action: "press", value: "Enter" });
      await until("the CLI runs", () =>
        ourChildren().some((line) => line.includes("--permission-prompt-tool")),
      );
    }
  });

  it("signs out, and ends the relay", async () => {
    await run("signOut");
    await until("the relay has ended", () => relays() === 0);
  });

  it("has logged no error until here", () => {
    const errors = logLines(/failproof\.failproof[\\/].*\.log$/i).filter(
      (line) => line.includes("[error]"),
    );
    assert.deepEqual(errors, []);
  });
});

describe("Deactivation", () => {
  it("leaves no child process", async () => {
    await signIn();
    await until("the relay runs", () => relays() === 1);
    assert.ok(ourChildren().length >= 2, "there is more to end");
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const running = require(
      `${extension().extensionPath}/dist/extension.js`,
    ) as Running;
    await running.deactivate();
    assert.deepEqual(ourChildren(), []);
  });
});

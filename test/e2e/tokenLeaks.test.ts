import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RecordingProxy } from "./recordingProxy";
import { eventually, Workbench } from "./support";

/** Runs in every frame before anything else: what is posted to it is kept. */
const keepMessages = `
  globalThis.__posted = [];
  addEventListener("message", (event) => {
    try { __posted.push(JSON.stringify(event.data)); } catch { /* ports and the like */ }
  }, true);
`;

describe("A whole run, looked through for its tokens", function () {
  this.timeout(180_000);
  let workbench: Workbench;
  let proxy: RecordingProxy;
  const seen = { arguments: "", environments: "" };

  before(async () => {
    workbench = await Workbench.open({
      cloudArgs: ["--access-token-seconds", "4"],
      through: async (url) => {
        proxy = await RecordingProxy.start(url);
        return proxy.url;
      },
    });
    await workbench.context.addInitScript(keepMessages);
    await workbench.page.reload();
    await workbench.failproof.statusBar.waitFor();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") {
      await workbench.picture(this.currentTest.fullTitle());
    }
  });
  after(async () => {
    await workbench.close();
    await proxy.stop();
  });

  /** Of every process of this run: VS Code, its hosts, and all that they have started. */
  function lookAtProcesses(): void {
    for (const pid of readdirSync("/proc").filter((name) => +name > 0)) {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
        if (environment.includes(workbench.stack.folder)) {
          seen.environments += environment;
          seen.arguments += readFileSync(`/proc/${pid}/cmdline`, "utf8");
        }
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  function foundIn(text: string): string[] {
    return [...proxy.secrets].filter((secret) => text.includes(secret));
  }

  it("signs in, talks, refreshes, delivers and signs out", async () => {
    const { failproof: fp } = workbench;
    const page = await workbench.signInPage();
    await page.getByLabel("Sign in as").fill("ada@localhost");
    lookAtProcesses();
    await workbench.approve(page);
    await fp.statusBar.filter({ hasText: "ada@localhost: synced" }).waitFor();
    await fp.openChat();
    await fp.send("MOCK:gate=leak");
    await fp.byTestId("text").filter({ hasText: "first half" }).waitFor();
    lookAtProcesses();
    const refreshes = () => proxy.requests.get("/api/v1/auth/refresh") ?? 0;
    await eventually("two refreshes", () => refreshes() >= 2);
    lookAtProcesses();
    workbench.stack.model?.openGate("leak");
    await fp.byTestId("turn").waitFor();
    await fp.runCommand("Failproof: Show Account");
    await workbench.page.keyboard.press("Escape");
    await fp.statusBar.filter({ hasText: "ada@localhost: synced" }).waitFor();
    assert.ok(proxy.secrets.size >= 5, "tokens have been seen");
    assert.ok(seen.arguments.includes("relay.js"), "the relay was looked at");
    assert.ok(seen.environments.length > 1_000);
  });

  it("has no token in an argument or an environment", () => {
    assert.deepEqual(foundIn(seen.arguments), []);
    assert.deepEqual(foundIn(seen.environments), []);
  });

  it("has no token in a message to a webview, or on the page", async () => {
    let messages = "";
    let frames = 0;
    for (const frame of workbench.page.frames()) {
      const posted = await frame.evaluate<string[]>("globalThis.__posted");
      messages += posted.join("\n") + (await frame.content());
      frames += posted.length > 0 ? 1 : 0;
    }
    assert.ok(frames >= 2, "messages to webviews have been seen");
    assert.ok(messages.includes("first half"), "the conversation is in them");
    assert.deepEqual(foundIn(messages), []);
  });

  it("has no token in any file: logs, queue, server, settings, CLI", async () => {
    await workbench.failproof.runCommand("Failproof: Sign Out");
    await workbench.failproof.statusBar
      .filter({ hasText: "signed out" })
      .waitFor();
    let files = 0;
    const leaks: string[] = [];
    const { folder } = workbench.stack;
    // What is looked for is found where it is: one leak is planted.
    const planted = path.join(folder, "planted");
    writeFileSync(planted, `a token: ${[...proxy.secrets].join(" ")}`);
    for (const name of readdirSync(folder, { recursive: true })) {
      const file = path.join(folder, String(name));
      if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
        continue;
      }
      files += 1;
      if (foundIn(readFileSync(file, "latin1")).length > 0) {
        leaks.push(file);
      }
    }
    assert.ok(files > 20, "there were files to look at");
    assert.deepEqual(leaks, [planted]);
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { bundle } from "../../fakes/bundle";
import { eventually } from "../../fakes/eventually";
import { IngestServer } from "../../fakes/ingestServer";
import { isRunning } from "../../fakes/processes";
import { QueueHome } from "../../fakes/queueHome";
import { RelayWindows } from "../../fakes/relayWindows";

describe("From the hook to the server", function () {
  this.timeout(20_000);
  let home: QueueHome;
  let hook: string;
  let server: IngestServer;
  let windows: RelayWindows;

  beforeEach(async () => {
    home = new QueueHome();
    hook = await bundle("src/hook/main.ts", home.root, "hook");
    const relay = await bundle("src/relay/main.ts", home.root, "relay");
    server = new IngestServer();
    await server.start();
    windows = new RelayWindows(relay, home);
  });
  afterEach(async () => {
    await windows.end();
    await server.stop();
    home.remove();
  });

  const runHook = (tool: string) =>
    spawnSync(process.execPath, [hook, "PreToolUse"], {
      input: JSON.stringify({ tool_name: tool, session_id: "s" }),
      env: home.env,
    });
  const arrived = (count: number) =>
    eventually(() => server.events.size === count, `${count} events arrive`);

  it("delivers what an agent did, although the relay is killed in between, and ends when told to", async () => {
    runHook("Read");
    const window = windows.open();
    window.setCredential({ serverUrl: server.url, accessToken: "t" });
    await arrived(1);
    const first = windows.onlyPid();
    process.kill(first, "SIGKILL");
    runHook("Write");
    await arrived(2);
    await eventually(
      () => window.status.connection === "online" && window.status.queued === 0,
      "is online",
    );
    const tools = [...server.events.values()].map((event) => event.tool_name);
    assert.deepEqual(tools, ["Read", "Write"]);
    assert.deepEqual(await window.syncNow(), { sent: 0, problem: null });
    const second = windows.onlyPid();
    assert.notEqual(second, first);
    await window.stop();
    await eventually(() => !isRunning(second), "the relay has ended");
    assert.match(window.status.problem ?? "", /stopped/);
  });
});

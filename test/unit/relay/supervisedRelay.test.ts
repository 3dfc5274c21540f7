import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { nullLogger } from "../../../src/base/log";
import { ManagedProcess } from "../../../src/node/managedProcess";
import { systemClock } from "../../../src/node/systemClock";
import { RelaySupervisor } from "../../../src/relay/supervisor";
import { bundle } from "../../fakes/bundle";
import { eventually } from "../../fakes/eventually";
import { IngestServer } from "../../fakes/ingestServer";
import { QueueHome } from "../../fakes/queueHome";

describe("From the hook to the server", function () {
  this.timeout(20_000);
  let home: QueueHome;
  let hook: string;
  let server: IngestServer;
  let children: ManagedProcess[];
  let supervisor: RelaySupervisor;

  beforeEach(async () => {
    home = new QueueHome();
    hook = await bundle("src/hook/main.ts", home.root, "hook");
    const relay = await bundle("src/relay/main.ts", home.root, "relay");
    server = new IngestServer();
    await server.start();
    children = [];
    supervisor = new RelaySupervisor({
      command: process.execPath,
      args: [relay],
      env: home.env,
      clock: systemClock,
      random: () => 0,
      log: nullLogger,
      startProcess: (options) => {
        const child = new ManagedProcess(options);
        children.push(child);
        return child;
      },
    });
  });
  afterEach(async () => {
    await supervisor.stop();
    supervisor.dispose();
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
    supervisor.start();
    supervisor.setCredential({ serverUrl: server.url, accessToken: "t" });
    await arrived(1);
    children[0]?.signal("SIGKILL");
    runHook("Write");
    await arrived(2);
    assert.equal(children.length, 2);
    await eventually(
      () =>
        supervisor.status.connection === "online" &&
        supervisor.status.queued === 0,
      "is online",
    );
    const tools = [...server.events.values()].map((event) => event.tool_name);
    assert.deepEqual(tools, ["Read", "Write"]);
    assert.deepEqual(await supervisor.syncNow(), { sent: 0, problem: null });
    await supervisor.stop();
    assert.deepEqual(
      children.map((child) => child.isAlive),
      [false, false],
    );
    assert.match(supervisor.status.problem ?? "", /stopped/);
  });
});

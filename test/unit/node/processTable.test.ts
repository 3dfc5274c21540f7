import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  descendantsOf,
  parseCim,
  parsePs,
  readProcesses,
  startOfProcess,
  treeBelow,
} from "../../../src/node/processTable";

describe("The table of processes", () => {
  it("has this process, with its parent, its memory and its command line", async () => {
    const all = await readProcesses();
    const own = all.find(({ pid }) => pid === process.pid);
    assert.equal(own?.parentPid, process.ppid);
    assert.ok(own.memoryBytes > 10_000_000);
    assert.ok(own.command.includes("mocha"));
  });

  it("tells a process by its start, the same each time", async function () {
    if (process.platform !== "linux") {
      this.skip();
    }
    const start = startOfProcess(process.pid);
    assert.ok(start);
    assert.notEqual(start, startOfProcess(1));
    const all = await readProcesses();
    assert.equal(all.find(({ pid }) => pid === process.pid)?.startedAt, start);
    assert.equal(startOfProcess(2 ** 22 + 1), undefined);
  });

  it("knows who descends from whom, and survives a table that runs in circles", () => {
    const row = (pid: number, parentPid: number) => ({
      pid,
      parentPid,
      startedAt: "",
    });
    const below = treeBelow(1, [
      ...[row(5, 4), row(2, 1), row(3, 2), row(4, 2), row(9, 8), row(8, 9)],
      row(1, 5),
    ]);
    assert.deepEqual(below.map(({ pid }) => pid).sort(), [2, 3, 4, 5]);
    if (process.platform !== "win32") {
      const above = descendantsOf(process.ppid);
      assert.ok(above.some(({ pid }) => pid === process.pid));
    }
  });

  it("is read from what ps prints, here and on macOS", function () {
    const mac = [
      "    1     0 Fri Nov 20 08:01:02 2026      12345 /sbin/launchd",
      "  501   500 Sat Nov  7 23:59:59 2026     204800 /opt/claude --session-id a b",
      "garbage",
      "",
    ].join("\n");
    assert.deepEqual(parsePs(mac)[1], {
      pid: 501,
      parentPid: 500,
      startedAt: "Sat Nov  7 23:59:59 2026",
      memoryBytes: 204_800 * 1024,
      command: "/opt/claude --session-id a b",
    });
    assert.equal(parsePs(mac).length, 2);
    if (process.platform !== "linux") {
      this.skip();
    }
    const args = ["-axo", "pid=,ppid=,lstart=,rss=,command="];
    const env = { ...process.env, LC_ALL: "C" };
    const real = parsePs(execFileSync("ps", args, { encoding: "utf8", env }));
    const own = real.find(({ pid }) => pid === process.pid);
    assert.equal(own?.parentPid, process.ppid);
    assert.ok(own.command.includes("mocha"));
  });

  it("is read from what PowerShell prints", () => {
    const text = JSON.stringify([
      {
        ProcessId: 0,
        ParentProcessId: 0,
        WorkingSetSize: 8192,
        CommandLine: null,
        Started: "",
      },
      {
        ProcessId: 42,
        ParentProcessId: 7,
        WorkingSetSize: 1024,
        CommandLine: "claude.exe --resume x",
        Started: "133456789",
      },
    ]);
    assert.deepEqual(parseCim(text)[1], {
      pid: 42,
      parentPid: 7,
      startedAt: "133456789",
      memoryBytes: 1024,
      command: "claude.exe --resume x",
    });
  });
});

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DisposableStore } from "../../../src/base/lifecycle";
import { ProcessLedger } from "../../../src/node/processLedger";
import { startOfProcess } from "../../../src/node/processTable";
import { reapOrphans } from "../../../src/node/reapOrphans";
import { systemClock } from "../../../src/node/systemClock";
import { eventually } from "../../fakes/eventually";
import { isRunning, killIfRunning } from "../../fakes/processes";

const mark = "mark-of-the-test";
const sleeper = "setInterval(() => {}, 1e6)";

describe("The ledger of processes", function () {
  this.timeout(20_000);
  let root: string;
  let folder: string;
  let children: ChildProcess[];
  let owned: DisposableStore;
  const open = () => owned.add(new ProcessLedger(folder));
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "failproof-ledger-"));
    folder = join(root, "processes");
    children = [];
    owned = new DisposableStore();
  });
  afterEach(() => {
    owned.dispose();
    for (const { pid } of children) {
      killIfRunning(pid ?? 0);
    }
    rmSync(root, { recursive: true, force: true });
  });

  /** A process whose command line has the mark. */
  const start = (code = sleeper): number => {
    const child = spawn(process.execPath, ["-e", code, mark], {
      detached: true,
      stdio: "ignore",
    });
    children.push(child);
    return child.pid ?? 0;
  };
  const files = () => (existsSync(folder) ? readdirSync(folder) : []);
  const never = new Promise<void>(() => {});

  describe("of a host that lives", () => {
    it("names what it has started while that runs, in a private file", async () => {
      const ledger = open();
      assert.deepEqual(files(), []);
      let end = (): void => {};
      const ended = new Promise<void>((resolve) => (end = resolve));
      ledger.add({ pid: 4242, mark, at: 7 }, ended);
      ledger.add({ pid: 4343, mark, at: 8 }, never);
      assert.deepEqual(ledger.entries, [
        { pid: 4242, mark, at: 7 },
        { pid: 4343, mark, at: 8 },
      ]);
      const [file = ""] = files();
      assert.ok(file.startsWith(`${process.pid}-`));
      if (process.platform !== "win32") {
        assert.equal(statSync(folder).mode & 0o777, 0o700);
        assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);
      }
      end();
      await eventually(() => ledger.entries.length === 1, "it is taken off");
      const text = readFileSync(join(folder, file), "utf8");
      assert.match(text, /^\{"type":"host"/);
      assert.match(text, /\{"type":"ended","pid":4242\}\n$/);
      ledger.dispose();
      assert.deepEqual(files(), []);
    });

    it("is no file once nothing runs, and a whole one when something runs again", async () => {
      const ledger = open();
      ledger.add({ pid: 4242, mark, at: 7 }, Promise.resolve());
      await eventually(() => files().length === 0, "it is removed");
      ledger.add({ pid: 4343, mark, at: 8 }, never);
      const text = readFileSync(join(folder, files()[0] ?? ""), "utf8");
      assert.match(text, /^\{"type":"host"/);
      ledger.dispose();
    });

    it("is left alone by the reaper, and so is what it names", async () => {
      const ledger = open();
      const pid = start();
      ledger.add({ pid, mark, at: 7 }, never);
      assert.deepEqual(await reapOrphans(folder, systemClock), []);
      assert.ok(isRunning(pid));
      assert.equal(files().length, 1);
      ledger.dispose();
    });
  });

  describe("of a host that is dead", function () {
    before(function () {
      if (process.platform !== "linux") {
        this.skip();
      }
    });

    const host = { type: "host", pid: process.pid, startedAt: "before:1" };
    /** As the host would have left it: its pid is ours by now, its start is not. */
    const leave = (...lines: object[]) => {
      const text = [host, ...lines].map((line) => JSON.stringify(line));
      const ledger = open();
      ledger.add({ pid: 1, mark: "", at: 0 }, never);
      const [file = ""] = files();
      ledger.dispose();
      writeFileSync(join(folder, file), `${text.join("\n")}\n{"type":"star`);
    };
    const entry = (pid: number, more: object = {}) => ({
      ...{ type: "started", pid, mark, at: 0 },
      startedAt: startOfProcess(pid) ?? null,
      ...more,
    });

    it("has its orphans ended, with what they have started out of reach of a signal, and is forgotten", async () => {
      const child = join(root, "child");
      const pid = start(
        `const { spawn } = require("node:child_process");
         process.on("SIGTERM", () => {});
         const own = spawn(process.execPath, ["-e", ${JSON.stringify(sleeper)}], { detached: true, stdio: "ignore" });
         require("node:fs").writeFileSync(${JSON.stringify(child)}, String(own.pid));
         ${sleeper}`,
      );
      const below = await eventually(
        () => existsSync(child) && Number(readFileSync(child, "utf8")),
        "the child runs",
      );
      try {
        leave(entry(pid));
        assert.deepEqual(await reapOrphans(folder, systemClock), [pid]);
        await eventually(() => !isRunning(pid), "it is gone");
        await eventually(() => !isRunning(below), "its child is gone");
        assert.deepEqual(files(), []);
      } finally {
        killIfRunning(below);
      }
    });

    for (const [why, more] of [
      ["started at another time", { startedAt: "before:2" }],
      ["has another command line", { mark: "another-mark" }],
      ["started nobody knows when", { startedAt: null }],
    ] as const) {
      it(`has nothing to do with a process of the same pid that ${why}`, async () => {
        const pid = start();
        leave(entry(pid, more));
        assert.deepEqual(await reapOrphans(folder, systemClock), []);
        assert.ok(isRunning(pid));
        assert.deepEqual(files(), []);
      });
    }

    it("has nothing to do with what had ended before it died", async () => {
      const pid = start();
      leave(entry(pid), { type: "ended", pid });
      assert.deepEqual(await reapOrphans(folder, systemClock), []);
      assert.ok(isRunning(pid));
    });

    it("is not one whose ledger has just begun and says nothing yet", async () => {
      leave();
      const [file = ""] = files();
      writeFileSync(join(folder, file), "");
      await reapOrphans(folder, systemClock);
      assert.deepEqual(files(), [file]);
      const gone = spawn(process.execPath, ["-e", ""]);
      await once(gone, "close");
      writeFileSync(join(folder, `${gone.pid}-x.jsonl`), "");
      await reapOrphans(folder, systemClock);
      assert.deepEqual(files(), [file]);
    });
  });

  it("is nothing where there never was a host", async () => {
    assert.deepEqual(await reapOrphans(folder, systemClock), []);
  });
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { DisposableStore } from "../../../src/base/lifecycle";
import { signalTree } from "../../../src/node/killTree";
import { ManagedProcess } from "../../../src/node/managedProcess";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";
import { isRunning, killIfRunning } from "../../fakes/processes";

const graceMs = 1_000;

/** Starts a process that sleeps, and prints its pid. */
const sleeper = (options: string) => `
  const child = require("node:child_process").spawn(process.execPath,
    ["-e", "setInterval(() => {}, 1e6)"], ${options});
  child.unref();
  console.log(child.pid);
`;
const stay = `setInterval(() => {}, 1e6);`;

describe("A process with children of its own", function () {
  this.timeout(20_000);
  let owned: DisposableStore;
  let clock: FakeClock;
  let lines: string[];
  let pids: number[];
  beforeEach(() => {
    owned = new DisposableStore();
    clock = new FakeClock();
    lines = [];
    pids = [];
  });
  afterEach(() => {
    owned.dispose();
    pids.forEach(killIfRunning);
  });

  function run(code: string): ManagedProcess {
    return owned.add(
      new ManagedProcess({
        command: process.execPath,
        args: ["-e", code],
        env: process.env,
        onLine: (line) => lines.push(line),
      }),
    );
  }

  const said = (line: string) =>
    eventually(() => lines.includes(line), `the process says "${line}"`);

  async function sleeperPid(): Promise<number> {
    const told = await eventually(
      () => lines.find((line) => /^\d+$/.test(line)),
      "the sleeper's pid is told",
    );
    const pid = Number(told);
    pids.push(pid);
    return pid;
  }
  /** It is told that the process itself has ended, not that its output has. */
  const ended = (parent: ManagedProcess) =>
    eventually(() => !parent.isAlive, "the process has ended");
  const gone = (pid: number) =>
    eventually(() => !isRunning(pid), `process ${pid} is gone`);

  it("takes them with it when it is disposed", async () => {
    const parent = run(sleeper(`{ stdio: "ignore" }`) + stay);
    const child = await sleeperPid();
    assert.equal(isRunning(child), true);
    parent.dispose();
    await parent.ended;
    await gone(child);
  });

  it("takes those with it that have made a session of their own", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const parent = run(sleeper(`{ stdio: "ignore", detached: true }`) + stay);
    const child = await sleeperPid();
    parent.signal("SIGKILL");
    await parent.ended;
    await gone(child);
  });

  it("takes them with it when it had ended before them", async () => {
    const parent = run(sleeper(`{ stdio: "inherit" }`));
    const child = await sleeperPid();
    await ended(parent);
    parent.dispose();
    // They held its output open: only now is it complete.
    await parent.ended;
    await gone(child);
  });

  it("ends at the end of its input, without a signal", async () => {
    const parent = run(`process.stdin.resume(); console.log("ready")`);
    await said("ready");
    const end = await parent.stop(clock, graceMs);
    assert.deepEqual(end, { code: 0, signal: null, error: null });
    assert.equal(parent.isDisposed, true);
    assert.equal(clock.pending, 0);
  });

  it("gets SIGTERM when the end of its input does not end it", async () => {
    const parent = run(`console.log("ready"); ${stay}`);
    await said("ready");
    const stopped = parent.stop(clock, graceMs);
    await clock.advance(graceMs - 1);
    assert.equal(parent.isAlive, true);
    await clock.advance(1);
    assert.equal((await stopped).signal, "SIGTERM");
    assert.equal(clock.pending, 0);
  });

  it("is killed when it takes no notice of either", async () => {
    const parent = run(`
      process.on("SIGTERM", () => console.log("no"));
      process.stdin.on("end", () => console.log("never")).resume();
      console.log("ready");
      ${stay}
    `);
    await said("ready");
    const stopped = parent.stop(clock, graceMs);
    await said("never");
    await clock.advance(graceMs);
    await said("no");
    await clock.advance(graceMs - 1);
    assert.equal(parent.isAlive, true);
    await clock.advance(1);
    assert.equal((await stopped).signal, "SIGKILL");
    assert.equal(clock.pending, 0);
  });

  it("is stopped with a child that holds its output open", async () => {
    const parent = run(sleeper(`{ stdio: "inherit" }`));
    const child = await sleeperPid();
    await ended(parent);
    const stopped = parent.stop(clock, graceMs);
    await clock.advance(graceMs);
    await stopped;
    await gone(child);
  });

  it("is not waited for because of a child that has left its group", async () => {
    const parent = run(sleeper(`{ stdio: "inherit", detached: true }`));
    const child = await sleeperPid();
    await ended(parent);
    const stopped = parent.stop(clock, graceMs);
    await clock.advance(3 * graceMs);
    assert.equal((await stopped).code, 0);
    // Out of reach: it chose to be its own.
    assert.equal(isRunning(child), true);
    assert.equal(clock.pending, 0);
  });

  it("may be stopped after its end", async () => {
    const parent = run("");
    await parent.ended;
    assert.equal((await parent.stop(clock, graceMs)).code, 0);
    assert.equal(clock.pending, 0);
  });
});

describe("Signalling a tree", () => {
  it("is no error when the tree is gone", async () => {
    const child = spawn(process.execPath, ["-e", ""], { detached: true });
    await once(child, "close");
    signalTree(child.pid!, "SIGKILL");
  });

  it("is refused for what would be our own group, or every process there is", () => {
    for (const pid of [0, 1, -1, NaN, 2.5]) {
      // Signal 0 would only ask whether there is somebody: nothing ends if this fails.
      const harmless = 0 as unknown as NodeJS.Signals;
      assert.throws(() => signalTree(pid, harmless), RangeError);
    }
  });
});

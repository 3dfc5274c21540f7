import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DisposableStore } from "../../../src/base/lifecycle";
import {
  ManagedProcess,
  type ManagedProcessOptions,
} from "../../../src/node/managedProcess";
import { eventually } from "../../fakes/eventually";
import { isRunning } from "../../fakes/processes";

describe("A managed process", function () {
  this.timeout(20_000);
  let owned: DisposableStore;
  let lines: string[];
  let stderr: string;
  beforeEach(() => {
    owned = new DisposableStore();
    lines = [];
    stderr = "";
  });
  afterEach(() => owned.dispose());

  function start(options: Partial<ManagedProcessOptions>): ManagedProcess {
    return owned.add(
      new ManagedProcess({
        command: process.execPath,
        args: [],
        env: process.env,
        onLine: (line) => lines.push(line),
        onStderr: (text) => {
          stderr += text;
        },
        ...options,
      }),
    );
  }
  /** A Node process that runs this. */
  const run = (code: string, options: Partial<ManagedProcessOptions> = {}) =>
    start({ args: ["-e", code], ...options });

  const said = (line: string) =>
    eventually(() => lines.includes(line), `the process says "${line}"`);

  it("ends once all of its output is there, with its code", async () => {
    const end = await run(`
      const row = "x".repeat(1000);
      for (let n = 0; n < 2000; n++) process.stdout.write(n + row + "\\n");
      process.stderr.write("warning\\n");
      process.stdout.write("last, without a newline");
      process.exitCode = 3;
    `).ended;
    assert.deepEqual(end, { code: 3, signal: null, error: null });
    assert.equal(lines.length, 2001);
    assert.ok(lines[1999]?.startsWith("1999x"));
    assert.equal(lines[2000], "last, without a newline");
    assert.equal(stderr, "warning\n");
  });

  it("has not ended before what it started has said the last of its output", async () => {
    const late = `
      const parent = process.ppid;
      setInterval(() => {
        if (process.ppid !== parent) {
          console.log("late");
          process.exit();
        }
      }, 5);
      console.log("ready");
    `;
    const child = run(`
      require("node:child_process")
        .spawn(process.execPath, ["-e", ${JSON.stringify(late)}], { stdio: "inherit" })
        .unref();
      process.stdin.resume();
    `);
    await said("ready");
    child.endInput();
    assert.equal((await child.ended).code, 0);
    assert.deepEqual(lines, ["ready", "late"]);
  });

  it("tells of the signal that ended it", async () => {
    const child = run(`console.log("ready"); setInterval(() => {}, 1e6)`);
    await said("ready");
    assert.equal(child.isAlive, true);
    child.signal("SIGINT");
    const end = await child.ended;
    assert.deepEqual(end, { code: null, signal: "SIGINT", error: null });
    assert.equal(child.isAlive, false);
  });

  it("gets its folder, its environment and its arguments as they are", async () => {
    const folder = mkdtempSync(join(tmpdir(), "failproof process "));
    try {
      const code = `console.log(JSON.stringify([process.cwd(), process.env.WORD, process.argv.slice(1)]))`;
      const args = ["-e", code, "two words", `"$HOME" 'x' \\ *`, "täglich", ""];
      const env = { ...process.env, WORD: "said" };
      await start({ args, cwd: folder, env }).ended;
      assert.deepEqual(JSON.parse(lines[0] ?? ""), [
        folder,
        "said",
        args.slice(2),
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("answers line by line", async () => {
    const child = run(`
      require("node:readline").createInterface({ input: process.stdin })
        .on("line", (line) => console.log("heard " + line))
        .on("close", () => console.log("over"));
    `);
    assert.equal(child.writeLine("eins"), true);
    await said("heard eins");
    assert.equal(child.writeLine("zwei 日本"), true);
    await said("heard zwei 日本");
    child.endInput();
    assert.equal((await child.ended).code, 0);
    assert.deepEqual(lines, ["heard eins", "heard zwei 日本", "over"]);
  });

  it("says that nothing was written when it takes no more input", async () => {
    const child = run(`process.stdin.resume()`);
    child.endInput();
    assert.equal(child.writeLine("after the end of its input"), false);
    await child.ended;
    assert.equal(child.writeLine("after its end"), false);
    child.endInput();
    child.signal("SIGTERM");
  });

  it("survives a broken pipe", async () => {
    const child = run(`
      require("node:fs").closeSync(0);
      console.log("deaf");
      setTimeout(() => {}, 1e6);
    `);
    await said("deaf");
    const big = "x".repeat(1_000_000);
    await eventually(() => !child.writeLine(big), "the broken pipe is noticed");
    assert.equal(child.isAlive, true);
    child.dispose();
    assert.equal((await child.ended).signal, "SIGKILL");
  });

  it("passes over a line that is too long, and says so where errors are said", async () => {
    await run(`
      process.stdout.write("x".repeat(17 * 1024 * 1024) + "\\nafter\\n");
    `).ended;
    assert.deepEqual(lines, ["after"]);
    assert.match(stderr, /^A line of 17825792 bytes was passed over\.\n$/);
  });

  describe("that cannot be started", () => {
    let folder: string;
    let file: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "failproof-process-"));
      file = join(folder, "file");
      writeFileSync(file, "no program", { mode: 0o600 });
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const failures: [string, () => Partial<ManagedProcessOptions>][] = [
      ["is not there", () => ({ command: join(folder, "missing") })],
      ["may not be executed", () => ({ command: file })],
      ["would be inside a file", () => ({ command: join(file, "inside") })],
      ["has no folder", () => ({ cwd: join(folder, "missing") })],
      ["has a file as its folder", () => ({ cwd: file })],
      ["has a name that no system takes", () => ({ command: "a\0b" })],
    ];
    for (const [what, options] of failures) {
      it(`ends with the error when it ${what}, and throws nothing`, async () => {
        const child = start({ args: ["-e", ""], ...options() });
        assert.equal(child.writeLine("anyone there?"), false);
        assert.equal(child.isAlive, false);
        child.endInput();
        child.signal("SIGTERM");
        const end = await child.ended;
        assert.ok(end.error instanceof Error);
        assert.equal(end.signal, null);
        assert.deepEqual(lines, []);
      });
    }
  });

  it("is gone when its owner is", async () => {
    const child = run(`console.log("ready"); setInterval(() => {}, 1e6)`);
    await said("ready");
    const pid = child.pid!;
    owned.dispose();
    assert.equal((await child.ended).signal, "SIGKILL");
    assert.equal(isRunning(pid), false);
  });
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { ManagedProcess } from "../../../src/node/managedProcess";
import { Watchdog } from "../../../src/node/watchdog";

/** A program that notices neither the end of its input nor a polite signal. */
const stubborn = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up");`;

describe("The watchdog", () => {
  let folder: string;
  let program: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "failproof-watchdog-"));
    program = path.join(folder, "watchdog.js");
    await build({
      entryPoints: ["src/node/watchdogMain.ts"],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "cjs",
    });
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("ends what its host leaves behind when the host is killed -9", async () => {
    const host = spawn(process.execPath, [
      "-e",
      `const { spawn } = require("node:child_process");
       const child = spawn(process.execPath, ["-e", ${JSON.stringify(stubborn)}], { detached: true, stdio: ["pipe", "pipe", "ignore"] });
       const dog = spawn(process.execPath, [${JSON.stringify(program)}], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
       child.stdout.once("data", () => dog.stdin.write("+" + child.pid + "\\n", () => console.log(child.pid)));`,
    ]);
    const [line] = (await once(host.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    assert.equal(isAlive(pid), true);
    const gone = endOf(pid);
    host.kill("SIGKILL");
    const waitedMs = await gone;
    assert.ok(waitedMs < 5_000, `gone after ${waitedMs} ms`);
  });

  it("ends what its host's children have started in sessions of their own", async function () {
    if (process.platform !== "linux") {
      this.skip();
    }
    const below = `const own = require("node:child_process").spawn(process.execPath,
      ["-e", "setInterval(() => {}, 1e6)"], { detached: true, stdio: "ignore" });
      console.log(own.pid); setInterval(() => {}, 1e6);`;
    const host = spawn(process.execPath, [
      "-e",
      `const { spawn } = require("node:child_process");
       const child = spawn(process.execPath, ["-e", ${JSON.stringify(below)}], { detached: true, stdio: ["pipe", "pipe", "ignore"] });
       const dog = spawn(process.execPath, [${JSON.stringify(program)}], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
       child.stdout.once("data", (pid) => dog.stdin.write("+" + child.pid + "\\n", () => console.log(String(pid))));`,
    ]);
    const [line] = (await once(host.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    assert.equal(isAlive(pid), true);
    host.kill("SIGKILL");
    const waitedMs = await endOf(pid);
    assert.ok(waitedMs < 5_000, `gone after ${waitedMs} ms`);
  });

  it("lives only while there is something to watch", async () => {
    const dogs: ManagedProcess[] = [];
    const watchdog = new Watchdog({
      start: () => {
        const dog = nodeProcess([program]);
        dogs.push(dog);
        return dog;
      },
    });
    for (const round of [1, 2]) {
      const child = nodeProcess(["-e", stubborn]);
      watchdog.watch(child.pid ?? 0, child.ended);
      assert.equal(dogs.length, round);
      child.dispose();
      await dogs.at(-1)?.ended;
    }
    watchdog.dispose();
    for (const dog of dogs) {
      dog.dispose();
    }
  });
});

function nodeProcess(args: string[]): ManagedProcess {
  return new ManagedProcess({
    command: process.execPath,
    args,
    env: process.env,
    onLine: () => {},
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** How long it took; it is not our child, so there is nothing to wait on but its pid. */
async function endOf(pid: number): Promise<number> {
  const start = Date.now();
  while (isAlive(pid) && Date.now() - start < 10_000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return Date.now() - start;
}

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DisposableLike } from "../../../src/base/lifecycle";
import { ManagedProcess } from "../../../src/node/managedProcess";
import {
  acquireSingleInstance,
  instanceAddress,
  serveAsSingleInstance,
} from "../../../src/node/singleInstance";
import { systemClock } from "../../../src/node/systemClock";
import { bundle } from "../../fakes/bundle";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";

describe("The machine-wide lock", function () {
  this.timeout(20_000);
  let name: string;
  let abort: AbortController;
  let locks: DisposableLike[];
  beforeEach(() => {
    name = randomUUID();
    abort = new AbortController();
    locks = [];
  });
  afterEach(() => {
    abort.abort();
    locks.forEach((lock) => lock.dispose());
  });

  async function acquire(onStandby: () => void = () => {}, lockName = name) {
    const { signal } = abort;
    const options = { clock: systemClock, signal, onStandby };
    const lock = await acquireSingleInstance(lockName, options);
    if (lock) {
      locks.push(lock);
    }
    return lock;
  }

  it("is given at once when nobody holds it", async () => {
    assert.ok(await acquire(() => assert.fail("nobody holds it")));
  });

  it("is another one under another name", async () => {
    assert.ok(await acquire());
    assert.ok(await acquire(() => assert.fail("free"), `${name} other`));
  });

  it("has one holder at a time, and each who waits gets it in the end", async () => {
    let holders = 0;
    let most = 0;
    const rounds = Array.from({ length: 8 }, async () => {
      for (let round = 0; round < 5; round++) {
        const lock = await acquire();
        assert.ok(lock);
        holders += 1;
        most = Math.max(most, holders);
        await new Promise((resolve) => setImmediate(resolve));
        holders -= 1;
        lock.dispose();
      }
    });
    await Promise.all(rounds);
    assert.equal(most, 1);
  });

  it("tells once that another holds it, and wakes who waits when it is free", async () => {
    const first = await acquire();
    let standbys = 0;
    const second = acquire(() => (standbys += 1));
    const third = acquire(() => (standbys += 1));
    await eventually(() => standbys === 2, "both stand by");
    first?.dispose();
    const next = async (wait: typeof second) => {
      const lock = await wait;
      assert.ok(lock);
      lock.dispose();
    };
    await Promise.all([next(second), next(third)]);
    assert.equal(standbys, 2);
  });

  it("is not asked for again and again: its end wakes who waits", async () => {
    const holder = await acquire();
    const clock = new FakeClock();
    let isStandby = false;
    const wait = acquireSingleInstance(name, {
      clock,
      signal: abort.signal,
      onStandby: () => (isStandby = true),
    });
    await eventually(() => isStandby, "it stands by");
    await clock.advance(0);
    assert.equal(clock.pending, 0);
    holder?.dispose();
    const lock = await wait;
    assert.ok(lock);
    locks.push(lock);
  });

  it("gives nothing to whoever gave up before", async () => {
    abort.abort();
    assert.equal(await acquire(), undefined);
  });

  it("is not taken from its holder by the end of a wait", async () => {
    const holder = await acquire();
    const waiting = new AbortController();
    let isWaiting = false;
    const wait = acquireSingleInstance(name, {
      clock: systemClock,
      signal: waiting.signal,
      onStandby: () => (isWaiting = true),
    });
    await eventually(() => isWaiting, "it stands by");
    waiting.abort();
    assert.equal(await wait, undefined);
    let standbys = 0;
    const next = acquire(() => (standbys += 1));
    await eventually(() => standbys === 1, "it is still held");
    holder?.dispose();
    assert.ok(await next);
  });

  it("may be let go of twice without taking it from the next holder", async () => {
    const first = await acquire();
    first?.dispose();
    assert.ok(await acquire());
    first?.dispose();
    let isStandby = false;
    void acquire(() => (isStandby = true));
    await eventually(() => isStandby, "the second holder still has it");
  });

  it("is served to whoever connects, at a path too, and is free at once when let go of", async () => {
    const folder = mkdtempSync(join(tmpdir(), "failproof-lock-"));
    const path = join(folder, "lock.sock");
    for (const address of [path, instanceAddress(name)]) {
      for (let round = 0; round < 3; round += 1) {
        let visitors = 0;
        const serve = () =>
          serveAsSingleInstance(address, systemClock, (socket) => {
            visitors += 1;
            socket.on("error", () => {});
          });
        const served = await serve();
        assert.ok(served);
        locks.push(served);
        assert.equal(await serve(), undefined);
        await eventually(() => visitors === 1, "the second one was heard");
        served.dispose();
        assert.equal(existsSync(path), false);
      }
    }
    rmSync(folder, { recursive: true });
  });

  describe("between processes", () => {
    let folder: string;
    let script: string;
    let processes: { process: ManagedProcess; lines: string[] }[];
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "failproof-lock-"));
      script = await bundle("test/fakes/lockHolder.ts", folder, "lockHolder");
    });
    after(() => rmSync(folder, { recursive: true, force: true }));
    beforeEach(() => {
      processes = [];
    });
    afterEach(() => processes.forEach(({ process }) => process.dispose()));

    const start = () => run(name);
    /** An argument holds no NUL: "@" stands for it. */
    const serve = (address: string) => run(address, "serve");

    function run(...args: string[]) {
      const lines: string[] = [];
      const started = new ManagedProcess({
        command: process.execPath,
        args: [script, ...args],
        env: process.env,
        onLine: (line) => lines.push(line),
      });
      const entry = { process: started, lines };
      processes.push(entry);
      return entry;
    }
    const holders = () =>
      processes.filter(({ lines }) => lines.includes("held"));
    const said = ({ lines }: { lines: string[] }, line: string) =>
      eventually(() => lines.includes(line), `a process says "${line}"`);

    it("goes to exactly one, and to the next when that one is killed", async () => {
      const count = 4;
      for (let started = 0; started < count; started++) {
        start();
      }
      for (let killed = 0; killed < count; killed++) {
        await eventually(
          () =>
            processes.every(({ lines }) => lines.length > 0) &&
            holders().length === killed + 1,
          `${killed + 1} of them held it so far`,
        );
        const holder = holders().find(({ process }) => process.isAlive);
        holder?.process.signal("SIGKILL");
        assert.equal((await holder?.process.ended)?.signal, "SIGKILL");
      }
    });

    for (const kind of ["a path", "the system's own"] as const) {
      it(`is one that serves ${kind} address, also when many race for what a killed one left`, async () => {
        const path = join(folder, `${randomUUID()}.sock`);
        const address =
          kind === "a path" ? path : instanceAddress(name).replace("\0", "@");
        const race = async () => {
          const racers = Array.from({ length: 6 }, () => serve(address));
          await eventually(
            () => racers.every(({ lines }) => lines.length === 1),
            "each knows",
          );
          const held = racers.filter(({ lines }) => lines[0] === "held");
          assert.equal(held.length, 1);
          return held[0];
        };
        for (let round = 0; round < 3; round += 1) {
          const holder = await race();
          holder?.process.signal("SIGKILL");
          await holder?.process.ended;
          // A killed one leaves its socket in the file system: no sign of life.
          assert.equal(existsSync(path), kind === "a path");
        }
      });
    }

    it("goes to the next when its holder lets go of it and lives on", async () => {
      const first = start();
      await said(first, "held");
      const second = start();
      await said(second, "standby");
      first.process.writeLine("release");
      await said(second, "held");
      assert.equal(first.process.isAlive, true);
    });

    it("does not keep its holder alive, though others wait for it", async () => {
      const first = start();
      await said(first, "held");
      const second = start();
      await said(second, "standby");
      first.process.writeLine("leave");
      assert.equal((await first.process.ended).code, 0);
      await said(second, "held");
    });
  });
});

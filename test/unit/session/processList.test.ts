import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DisposableStore } from "../../../src/base/lifecycle";
import { nullLogger as log } from "../../../src/base/log";
import { defaultOptions } from "../../../src/cli/arguments";
import { ManagedProcess } from "../../../src/node/managedProcess";
import { ProcessLedger } from "../../../src/node/processLedger";
import { systemClock as clock } from "../../../src/node/systemClock";
import { Watchdog } from "../../../src/node/watchdog";
import { CliLauncher } from "../../../src/session/cliLauncher";
import { ProcessList } from "../../../src/session/processList";
import type { Session } from "../../../src/session/session";
import { eventually } from "../../fakes/eventually";
import { isRunning } from "../../fakes/processes";
import { ScriptedCli, ScriptedCliProgramFile } from "../../fakes/scriptedCli";

describe("The processes of a window", function () {
  this.timeout(20_000);
  const program = new ScriptedCliProgramFile();
  let owned: DisposableStore;
  let root: string;
  let ledger: ProcessLedger;
  let launcher: CliLauncher;
  let scripted: ScriptedCli;
  before(() => program.build());
  after(() => program.remove());
  beforeEach(() => {
    owned = new DisposableStore();
    scripted = new ScriptedCli(program.path, clock, []);
    const options = scripted.prepare(0);
    root = mkdtempSync(join(tmpdir(), "failproof-list-"));
    ledger = owned.add(new ProcessLedger(join(root, "processes")));
    const start = () =>
      owned.add(
        new ManagedProcess({
          command: process.execPath,
          args: ["-e", "process.stdin.resume()"],
          env: process.env,
          onLine: () => {},
        }),
      );
    const watchdog = owned.add(new Watchdog({ start }));
    launcher = new CliLauncher({
      ...{ watchdog, ledger, clock, log, hookEvents: [] },
      locate: () => Promise.resolve(program.path),
      env: () => ({ ...process.env, FAILPROOF_SCRIPTED_CLI: options }),
    });
  });
  afterEach(async () => {
    owned.dispose();
    await scripted.remove();
    rmSync(root, { recursive: true, force: true });
  });

  const launch = () =>
    launcher.launch({
      session: { kind: "new", id: randomUUID() },
      options: defaultOptions(root),
    });

  it("are listed with age, memory and conversation, and can be killed", async () => {
    const mine = owned.add(await launch());
    const spare = owned.add(await launch());
    await eventually(() => mine.facts && spare.facts, "both are greeted");
    const session = {
      id: "c1",
      pid: mine.pid,
      conversation: { title: "Mine" },
    } as unknown as Session;
    const list = new ProcessList({
      ...{ ledger, clock },
      registry: { all: [session] },
    });
    const rows = await list.read();
    assert.deepEqual(
      rows.map(({ pid, conversation }) => ({ pid, conversation })),
      [
        { pid: mine.pid, conversation: { id: "c1", title: "Mine" } },
        { pid: spare.pid, conversation: undefined },
      ],
    );
    assert.ok(rows.every(({ memoryBytes }) => memoryBytes > 1_000_000));
    assert.ok(rows.every(({ ageMs }) => ageMs >= 0 && ageMs < 20_000));
    assert.equal(list.kill(process.pid), false);
    assert.equal(list.kill(mine.pid!), true);
    await mine.ended;
    assert.equal(isRunning(mine.pid!), false);
    assert.equal((await list.read()).length, 1);
    spare.dispose();
    await spare.ended;
    assert.deepEqual(await list.read(), []);
    assert.deepEqual(readdirSync(join(root, "processes")), []);
  });

  it("do not run unless they can be entered into the ledger", async () => {
    writeFileSync(join(root, "processes"), "no folder");
    await assert.rejects(launch(), /EEXIST|ENOTDIR/);
  });
});

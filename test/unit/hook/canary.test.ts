import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CanaryOutcome, runCanary } from "../../../src/hook/canary";
import { hookEntries } from "../../../src/hook/hookEntries";
import { hookFiles } from "../../../src/hook/hookFiles";
import { placeProgram, type ProgramDeps } from "../../../src/hook/program";
import { systemClock } from "../../../src/node/systemClock";
import { clearSignedInMarker } from "../../../src/queue/signedInMarker";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";
import { forbidLauncher, hookProgram } from "../../fakes/installedHook";
import { QueueHome } from "../../fakes/queueHome";

describe("The canary", function () {
  this.timeout(20_000);
  let home: QueueHome;
  let deps: ProgramDeps;
  beforeEach(async () => {
    home = new QueueHome();
    deps = await hookProgram(home);
    await placeProgram(deps);
  });
  afterEach(() => home.remove());

  function run(
    hook: { command: string; args: string[] } = installed(),
    clock = systemClock,
  ): Promise<CanaryOutcome> {
    const env = { ...home.env, FAILPROOF_CHAT: "1" };
    return runCanary({ paths: home.paths, clock, env }, hook);
  }
  function installed() {
    const { launcher } = hookFiles(home.home);
    return hookEntries(launcher).get("PreToolUse")!;
  }
  const shell = (script: string) => ({
    command: "/bin/sh",
    args: ["-c", script],
  });

  it("arrives, and leaves no trace in the real queue or beside it", async () => {
    const before = readdirSync(home.home).sort();
    const outcome = await run();
    assert.ok(outcome.kind === "arrived" && outcome.inMs > 0);
    assert.deepEqual(home.pending(), []);
    assert.deepEqual(readdirSync(home.paths.folder), []);
    assert.deepEqual(readdirSync(home.home).sort(), before);
  });

  it("says that nobody is signed in", async () => {
    clearSignedInMarker(home.paths);
    assert.deepEqual(await run(), { kind: "signedOut" });
  });

  it("says that the queue's folder cannot be written to", async () => {
    rmSync(home.paths.folder, { recursive: true });
    writeFileSync(home.paths.folder, "");
    const outcome = await run();
    assert.equal(outcome.kind, "notWritable");
    assert.match(JSON.stringify(outcome), /EEXIST|ENOTDIR/);
    assert.ok(!readdirSync(home.home).some((name) => /canary/.test(name)));
  });

  it("says that the launcher is missing, or what it launches", async () => {
    rmSync(hookFiles(home.home).script);
    assert.deepEqual(await run(), { kind: "programMissing" });
    await placeProgram(deps);
    rmSync(hookFiles(home.home).launcher);
    assert.deepEqual(await run(), { kind: "programMissing" });
  });

  it("says how a hook failed, with its words", async () => {
    assert.deepEqual(await run(shell("echo oops >&2; exit 3")), {
      kind: "failed",
      exitCode: 3,
      stderr: "oops",
    });
    forbidLauncher(home);
    const outcome = await run();
    assert.equal(outcome.kind, "failed");
    assert.match(JSON.stringify(outcome), /EACCES/);
  });

  it("gives up after five seconds when nothing arrives though all seemed well", async () => {
    const clock = new FakeClock();
    const seen = join(home.root, "seen");
    let outcome: CanaryOutcome | undefined;
    const running = run(shell(`echo > '${seen}'`), clock).then((found) => {
      outcome = found;
    });
    await eventually(() => existsSync(seen), "the hook has run");
    let advancedMs = 0;
    await eventually(() => {
      void clock.advance(20);
      advancedMs += 20;
      return outcome;
    }, "the canary gives up");
    await running;
    assert.deepEqual(outcome, { kind: "timedOut" });
    assert.ok(advancedMs >= 5_000, `${advancedMs} ms`);
  });

  it("is not fooled by an event of somebody else's", async () => {
    const clock = new FakeClock();
    const line = `mkdir -p "$FAILPROOFAI_HOME/cache/server-queue"; echo '{"session_id":"x"}' > "$FAILPROOFAI_HOME/cache/server-queue/pending.jsonl"`;
    let outcome: CanaryOutcome | undefined;
    void run(shell(line), clock).then((found) => {
      outcome = found;
    });
    await eventually(() => {
      void clock.advance(20);
      return outcome;
    }, "the canary gives up");
    assert.deepEqual(outcome, { kind: "timedOut" });
  });
});

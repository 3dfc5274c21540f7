import assert from "node:assert/strict";
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliInspector, oldestCliVersion } from "../../../src/cli/inspect";
import { compareVersions } from "../../../src/cli/locate";
import { systemClock } from "../../../src/node/systemClock";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";

describe("The CLI that was found", function () {
  this.timeout(20_000);
  let root: string;
  let path: string;
  let inspector: CliInspector;
  before(function () {
    if (process.platform === "win32") {
      this.skip();
    }
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "failproof-inspect-"));
    path = join(root, "claude");
    inspector = new CliInspector({ clock: systemClock });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const program = (body: string, mode = 0o755) => {
    const runs = join(root, "runs");
    writeFileSync(path, `#!/bin/sh\necho run >> '${runs}'\n${body}\n`);
    chmodSync(path, mode);
  };
  const runs = () =>
    readFileSync(join(root, "runs"), "utf8").trim().split("\n").length;
  const inspect = (of = inspector) =>
    of.inspect({
      configuredPath: path,
      env: process.env,
      home: root,
      platform: process.platform,
    });

  it("has a version, and is asked for it once", async () => {
    program("echo '2.1.329 (Claude Code)'");
    const found = { kind: "found", path, version: "2.1.329" };
    assert.deepEqual(await Promise.all([inspect(), inspect()]), [found, found]);
    assert.deepEqual(await inspect(), found);
    assert.equal(runs(), 1);
  });

  it("is asked again once it was replaced", async () => {
    program("echo 2.1.329");
    await inspect();
    program("echo 2.1.330 is newer");
    assert.deepEqual(await inspect(), {
      kind: "found",
      path,
      version: "2.1.330",
    });
  });

  it("may be too old", async () => {
    program("echo '1.0.128 (Claude Code)'");
    assert.deepEqual(await inspect(), {
      kind: "tooOld",
      path,
      version: "1.0.128",
      oldest: oldestCliVersion,
    });
  });

  it("may fail, with words of its own, and is asked again the next time", async () => {
    program("echo 'cannot load library' >&2; exit 127");
    const unusable = { kind: "unusable", path, reason: "cannot load library" };
    assert.deepEqual(await inspect(), unusable);
    assert.deepEqual(await inspect(), unusable);
    assert.equal(runs(), 2);
  });

  it("may be no program at all", async () => {
    writeFileSync(path, "\0\0\0\0 no program");
    chmodSync(path, 0o755);
    const check = await inspect();
    assert.equal(check.kind, "unusable");
  });

  it("may be barred, or missing", async () => {
    program("echo 2.1.329", 0o644);
    const looked = [path];
    assert.deepEqual(await inspect(), { kind: "notExecutable", path, looked });
    rmSync(path);
    assert.deepEqual(await inspect(), { kind: "missing", looked });
  });

  it("may hang: it is given up after ten seconds", async () => {
    const clock = new FakeClock();
    program("trap '' TERM; exec sleep 1000");
    const check = inspect(new CliInspector({ clock }));
    await eventually(() => clock.pending === 1, "it is asked");
    await clock.advance(10_000);
    for (let rounds = 0; rounds < 3; rounds++) {
      await clock.advance(1_000);
    }
    assert.equal((await check).kind, "unusable");
  });

  it("has a version that is compared by its numbers", () => {
    assert.ok(compareVersions("2.0.9", "2.0.10") < 0);
    assert.ok(compareVersions("v22.10.0", "v22.9.1") > 0);
    assert.equal(compareVersions("2.1.0-beta.1", "2.1.0"), 0);
  });
});

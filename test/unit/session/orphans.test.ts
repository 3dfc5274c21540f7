import assert from "node:assert/strict";
import { findRealCli } from "../../fakes/realCliHarness";
import { runOrphanCycles } from "../../torture/orphans/cycles.mjs";

describe("A host that is killed -9", function () {
  this.timeout(120_000);

  it("leaves no process 5 s later, whatever it was doing, and if its watchdog dies with it: none once the next host has looked", async function () {
    const found = await findRealCli();
    if ("missing" in found || process.platform !== "linux") {
      this.skip();
    }
    const cycles = await runOrphanCycles({ cliPath: found.path, cycles: 5 });
    assert.equal(cycles.length, 5);
    assert.ok(cycles.some(({ withWatchdog }) => withWatchdog));
  });
});

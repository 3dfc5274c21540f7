import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { readDropped } from "../../../src/queue/dropped";
import { Quarantine } from "../../../src/queue/quarantine";
import { QueueHome, someRecord } from "../../fakes/queueHome";

describe("Quarantine", () => {
  let home: QueueHome;
  beforeEach(() => {
    home = new QueueHome();
  });
  afterEach(() => home.remove());

  it("keeps a refused event with the reason, once", async () => {
    const quarantine = await Quarantine.open(home.paths);
    const record = someRecord();
    await quarantine.addRefused(record, "bad event", 1);
    await quarantine.addRefused(record, "bad event", 2);
    assert.equal(quarantine.count, 1);
    assert.match(readFileSync(home.paths.quarantine, "utf8"), /bad event/);
  });

  it("knows after a restart what it keeps", async () => {
    const record = someRecord();
    await (await Quarantine.open(home.paths)).addRefused(record, "bad", 1);
    const quarantine = await Quarantine.open(home.paths);
    await quarantine.addRefused(record, "bad", 2);
    await quarantine.addUnreadable("garbage", "Not a record", 2);
    assert.equal(quarantine.count, 2);
  });

  it("takes secrets out of what it keeps", async () => {
    const token = `ghp_${"x1Y2".repeat(9)}`;
    const quarantine = await Quarantine.open(home.paths);
    await quarantine.addUnreadable(`{"reason":"${token}`, "Not a record", 1);
    await quarantine.addRefused(someRecord(), `because of ${token}`, 1);
    assert.ok(!readFileSync(home.paths.quarantine, "utf8").includes("x1Y2"));
  });

  it("counts as dropped what finds no room, and stays within its bound", async () => {
    const quarantine = await Quarantine.open(home.paths, 700);
    await quarantine.addRefused(someRecord(), "first", 1);
    await quarantine.addRefused(someRecord(), "second", 1);
    assert.equal(quarantine.count, 1);
    assert.deepEqual(await readDropped(home.paths), {
      ...{ allow: 0, deny: 0, other: 1 },
    });
    assert.ok(statSync(home.paths.quarantine).size <= 700);
  });

  it("is for the owner only", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    await (await Quarantine.open(home.paths)).addRefused(someRecord(), "", 1);
    assert.equal(statSync(home.paths.quarantine).mode & 0o777, 0o600);
  });
});

import assert from "node:assert/strict";
import { isBuiltin } from "node:module";
import { tortureDelivery } from "../../torture/delivery/run";
import { race } from "../../torture/race/run";

/** The long ones are `npm run torture`; these show that nothing has gone badly wrong. */
describe("Delivery under torture", function () {
  this.timeout(120_000);
  before(function () {
    if (process.platform !== "linux" || !isBuiltin("node:sqlite")) {
      // Relays are found in /proc, and the account is made in SQLite.
      this.skip();
    }
  });

  it("loses no event in a hundred faults, gives none twice, and invents none", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const { faults, ...result } = await tortureDelivery({
      ...{ points: 100, seed, node: process.execPath },
    });
    const { lost, duplicated, complaints } = result;
    assert.deepEqual(
      { lost, duplicated, complaints },
      { lost: 0, duplicated: 0, complaints: [] },
      `seed ${seed}: ${JSON.stringify(result)}`,
    );
    assert.ok(result.delivered > 100 && faults.size > 5);
  });

  it("loses none of four writers against the relay, in the server", async () => {
    const result = await race({
      ...{ writers: 4, appends: 2_000, runs: 2, node: process.execPath },
    });
    assert.deepEqual(result, {
      ...{ enqueued: 16_000, lost: 0, doubled: 0, invented: 0, dropped: 0 },
    });
  });
});

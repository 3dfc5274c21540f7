import assert from "node:assert/strict";
import { Quarantine } from "../../../src/queue/quarantine";
import { batchSize, QueueReader } from "../../../src/queue/queueReader";
import { QueueTally } from "../../../src/queue/tally";
import { FakeClock } from "../../fakes/fakeClock";
import { QueueHome, someRecord } from "../../fakes/queueHome";

describe("QueueTally", () => {
  let home: QueueHome;
  let tally: QueueTally;
  let reader: QueueReader;
  beforeEach(async () => {
    home = new QueueHome();
    tally = new QueueTally(home.paths);
    reader = new QueueReader({
      paths: home.paths,
      quarantine: await Quarantine.open(home.paths),
      clock: new FakeClock(),
      claimIntervalMs: 0,
    });
  });
  afterEach(async () => {
    await reader.close();
    home.remove();
  });

  async function counts() {
    await tally.refresh();
    const { progress } = reader;
    return [tally.queued(progress), tally.oldestQueuedAt(progress)];
  }

  it("counts nothing in an empty folder, or in none", async () => {
    assert.deepEqual(await counts(), [0, null]);
    home.remove();
    assert.deepEqual(await counts(), [0, null]);
  });

  it("counts what is appended, and knows the oldest", async () => {
    home.append(someRecord({ timestamp: 5 }));
    assert.deepEqual(await counts(), [1, 5]);
    home.append(someRecord({ timestamp: 6 }));
    home.append(someRecord({ timestamp: 7 }));
    assert.deepEqual(await counts(), [3, 5]);
  });

  it("goes on counting across the rename, and goes down with every batch", async () => {
    for (let timestamp = 0; timestamp < batchSize + 50; timestamp += 1) {
      home.append(someRecord({ timestamp }));
    }
    assert.deepEqual(await counts(), [batchSize + 50, 0]);
    await reader.peek();
    home.append(someRecord({ timestamp: 9_000 }));
    assert.deepEqual(await counts(), [batchSize + 51, 0]);
    reader.settle();
    await reader.peek();
    assert.deepEqual(await counts(), [51, batchSize]);
    reader.settle();
    assert.deepEqual(await counts(), [1, 9_000]);
    await reader.peek();
    reader.settle();
    assert.deepEqual(await counts(), [0, null]);
  });
});

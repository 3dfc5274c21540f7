import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Quarantine } from "../../../src/queue/quarantine";
import { QueueReader } from "../../../src/queue/queueReader";
import { systemClock } from "../../../src/node/systemClock";
import { bundle } from "../../fakes/bundle";
import { QueueHome } from "../../fakes/queueHome";

const writers = 4;
const appends = 2_000;
const run = promisify(execFile);

describe("Writers against a relay that rotates", function () {
  this.timeout(30_000);
  let home: QueueHome;
  let script: string;
  before(async () => {
    home = new QueueHome();
    script = await bundle("test/fakes/queueWriter.ts", home.root, "writer");
  });
  after(() => home.remove());

  async function write(): Promise<string[]> {
    const { stdout } = await run(process.execPath, [script, String(appends)], {
      env: home.env,
      maxBuffer: 1 << 24,
    });
    return stdout.trim().split("\n");
  }

  it("loses no event, and gives none twice", async () => {
    const quarantine = await Quarantine.open(home.paths);
    const reader = new QueueReader({
      paths: home.paths,
      quarantine,
      clock: systemClock,
      claimIntervalMs: 0,
    });
    const done = new AbortController();
    const writing = Promise.all(Array.from({ length: writers }, write)).finally(
      () => done.abort(),
    );
    const got: string[] = [];
    const rotate = async () => {
      for (
        let batch = await reader.peek();
        batch;
        batch = await reader.peek()
      ) {
        got.push(...batch.map((record) => record.client_event_id));
        reader.settle();
      }
    };
    while (!done.signal.aborted) {
      await rotate();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const outputs = await writing;
    await rotate();
    await reader.close();
    const written = outputs.flatMap(([, ...ids]) => ids);
    assert.equal(written.length, writers * appends);
    assert.deepEqual(got.toSorted(), written.toSorted());
    // All of them asked for the key at once, too.
    assert.equal(new Set(outputs.map(([key]) => key)).size, 1);
  });
});

import assert from "node:assert/strict";
import { StopLadder } from "../../../src/session/stopLadder";
import { FakeClock } from "../../fakes/fakeClock";

describe("The ladder of a stop", () => {
  let clock: FakeClock;
  let ladder: StopLadder;
  let done: string[];
  beforeEach(() => {
    clock = new FakeClock();
    ladder = new StopLadder(clock);
    done = [];
  });
  afterEach(() => {
    ladder.dispose();
    assert.equal(clock.pending, 0);
  });

  const note = (what: string) => () => {
    done.push(`${clock.now() - startMs} ${what}`);
  };
  const startMs = new FakeClock().now();
  const climb = () =>
    ladder.climb({
      interrupt: note("interrupt"),
      signal: (signal) => note(signal)(),
      abandonOutput: note("abandon"),
    });

  it("has a second between its rungs, and does not wait for output in the end: less than 4 s in all", async () => {
    climb();
    climb();
    await clock.advance(60_000);
    assert.deepEqual(done, [
      "0 interrupt",
      "1000 SIGINT",
      "2000 SIGTERM",
      "3000 SIGKILL",
      "3500 abandon",
    ]);
    assert.equal(ladder.turnEnded(), undefined);
    assert.equal(ladder.processEnded(), "SIGKILL");
    assert.equal(ladder.processEnded(), undefined);
  });

  it("ends with the turn as long as it has only asked, and can be climbed again", async () => {
    climb();
    await clock.advance(999);
    assert.equal(ladder.turnEnded(), "asked");
    assert.equal(clock.pending, 0);
    climb();
    assert.equal(ladder.turnEnded(), "asked");
    assert.deepEqual(done, ["0 interrupt", "999 interrupt"]);
  });

  it("goes on after the turn once it has sent a signal, until the process has ended", async () => {
    climb();
    await clock.advance(1_000);
    assert.equal(ladder.turnEnded(), undefined);
    await clock.advance(1_000);
    assert.equal(ladder.processEnded(), "SIGTERM");
    await clock.advance(60_000);
    assert.equal(done.length, 3);
  });
});

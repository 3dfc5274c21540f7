import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { sleep } from "../../../src/base/clock";
import { FakeClock } from "../../fakes/fakeClock";

describe("Sleeping", () => {
  let clock: FakeClock;
  let abort: AbortController;
  beforeEach(() => {
    clock = new FakeClock();
    abort = new AbortController();
  });

  /** Starts a sleep of a second; the answer says whether it is over. */
  function fallAsleep(): { isOver: boolean } {
    const state = { isOver: false };
    void sleep(clock, 1_000, abort.signal).then(() => {
      state.isOver = true;
    });
    return state;
  }

  it("lasts as long as was asked for", async () => {
    const state = fallAsleep();
    await clock.advance(999);
    assert.equal(state.isOver, false);
    await clock.advance(1);
    assert.equal(state.isOver, true);
  });

  it("needs no signal", async () => {
    const done = sleep(clock, 5);
    await clock.advance(5);
    await done;
    assert.equal(clock.pending, 0);
  });

  it("ends at once on abort, and leaves no timer", async () => {
    const state = fallAsleep();
    await clock.advance(10);
    assert.equal(clock.pending, 1);
    abort.abort();
    await clock.advance(0);
    assert.equal(state.isOver, true);
    assert.equal(clock.pending, 0);
  });

  it("does not begin when the signal was aborted before", async () => {
    abort.abort();
    await sleep(clock, 1_000, abort.signal);
    assert.equal(clock.pending, 0);
  });

  it("leaves no listener on the signal, however often it is used", async () => {
    for (let round = 0; round < 20; round++) {
      const state = fallAsleep();
      await clock.advance(1_000);
      assert.equal(state.isOver, true);
    }
    assert.equal(getEventListeners(abort.signal, "abort").length, 0);
  });
});

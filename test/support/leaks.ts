import assert from "node:assert/strict";
import { type DisposableLike, setLeakTracker } from "../../src/base/lifecycle";

/** Every owner that a test makes must be disposed by its end. */
const alive = new Map<DisposableLike, string>();

setLeakTracker({
  created: (owner) => alive.set(owner, owner.constructor.name),
  disposed: (owner) => alive.delete(owner),
});

/** At the root, so that it follows every test of the bundle. */
afterEach(() => {
  const leaked = [...alive.values()];
  alive.clear();
  assert.deepEqual(leaked, [], "Owners that were not disposed");
});

import assert from "node:assert/strict";
import { DisposableStore, toDisposable } from "../../../src/base/lifecycle";

describe("An owner of resources", () => {
  let owner: DisposableStore;
  let ended: string[];
  beforeEach(() => {
    owner = new DisposableStore();
    ended = [];
  });
  afterEach(() => owner.dispose());

  const resource = (name: string) => ({ dispose: () => ended.push(name) });

  it("disposes what it owns in the reverse order", () => {
    owner.add(resource("first"));
    owner.add(resource("second"));
    owner.add(resource("third"));
    assert.deepEqual(ended, []);
    owner.dispose();
    assert.deepEqual(ended, ["third", "second", "first"]);
    assert.equal(owner.isDisposed, true);
  });

  it("disposes at once what is registered after its end, and still gives it", () => {
    owner.dispose();
    const late = resource("late");
    assert.equal(owner.add(late), late);
    assert.deepEqual(ended, ["late"]);
  });

  it("may be disposed twice", () => {
    owner.add(resource("only"));
    owner.dispose();
    owner.dispose();
    assert.deepEqual(ended, ["only"]);
  });

  it("may be disposed by what it owns", () => {
    owner.add(resource("first"));
    owner.add({ dispose: () => owner.dispose() });
    owner.dispose();
    assert.deepEqual(ended, ["first"]);
  });

  it("disposes the rest when one of them throws, and throws that error at the end", () => {
    owner.add(resource("first"));
    owner.add({
      dispose: () => {
        throw new Error("stuck");
      },
    });
    owner.add(resource("last"));
    assert.throws(() => owner.dispose(), /^Error: stuck$/);
    assert.deepEqual(ended, ["last", "first"]);
  });
});

describe("A disposable made of a function", () => {
  it("runs it once at most, also when it disposes itself", () => {
    let runs = 0;
    const disposable = toDisposable(() => {
      runs += 1;
      disposable.dispose();
    });
    disposable.dispose();
    disposable.dispose();
    assert.equal(runs, 1);
  });

  it("does not try again what threw", () => {
    let runs = 0;
    const disposable = toDisposable(() => {
      runs += 1;
      throw new Error("once");
    });
    assert.throws(() => disposable.dispose(), /once/);
    disposable.dispose();
    assert.equal(runs, 1);
  });
});

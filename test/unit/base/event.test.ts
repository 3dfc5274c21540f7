import assert from "node:assert/strict";
import { Emitter } from "../../../src/base/event";

describe("An emitter", () => {
  let emitter: Emitter<string>;
  let heard: string[];
  beforeEach(() => {
    emitter = new Emitter();
    heard = [];
  });
  afterEach(() => emitter.dispose());

  const listenAs = (name: string) =>
    emitter.event((value) => heard.push(`${name} ${value}`));

  it("tells its listeners in the order of their subscription", () => {
    listenAs("first");
    listenAs("second");
    emitter.fire("a");
    emitter.fire("b");
    assert.deepEqual(heard, ["first a", "second a", "first b", "second b"]);
  });

  it("tells the others when one throws, and throws that error at the end", () => {
    listenAs("first");
    emitter.event(() => {
      throw new Error("broken");
    });
    listenAs("last");
    assert.throws(() => emitter.fire("a"), /^Error: broken$/);
    assert.deepEqual(heard, ["first a", "last a"]);
  });

  it("tells a listener no more once it has unsubscribed", () => {
    const subscription = listenAs("one");
    emitter.fire("a");
    subscription.dispose();
    emitter.fire("b");
    assert.deepEqual(heard, ["one a"]);
  });

  it("does not tell a listener that an earlier one has unsubscribed meanwhile", () => {
    emitter.event(() => later.dispose());
    const later = listenAs("later");
    listenAs("last");
    emitter.fire("a");
    assert.deepEqual(heard, ["last a"]);
  });

  it("lets a listener unsubscribe itself without the next one missing anything", () => {
    const once = emitter.event(() => once.dispose());
    listenAs("next");
    emitter.fire("a");
    assert.deepEqual(heard, ["next a"]);
  });

  it("tells a listener that subscribes meanwhile of the next event only", () => {
    const first = emitter.event(() => {
      first.dispose();
      listenAs("new");
    });
    emitter.fire("a");
    emitter.fire("b");
    assert.deepEqual(heard, ["new b"]);
  });

  it("counts each subscription of the same function", () => {
    const listener = (value: string) => heard.push(value);
    const one = emitter.event(listener);
    emitter.event(listener);
    emitter.fire("a");
    one.dispose();
    one.dispose();
    emitter.fire("b");
    assert.deepEqual(heard, ["a", "a", "b"]);
  });

  it("is silent after its end, at once", () => {
    emitter.event(() => emitter.dispose());
    listenAs("late");
    emitter.fire("a");
    emitter.fire("b");
    assert.deepEqual(heard, []);
  });
});

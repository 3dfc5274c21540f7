import assert from "node:assert/strict";
import type { TranscriptItem } from "../../../src/protocol/conversation";
import { outline } from "../../../webview/outline";

const text = (id: string, parent?: string): TranscriptItem => ({
  kind: "text",
  id,
  text: id,
  streaming: false,
  ...(parent !== undefined && { parent }),
});
const ids = (items: TranscriptItem[], ...open: string[]) =>
  outline(items, new Set(open)).rows.map(({ id }) => id);

describe("The outline of a transcript", () => {
  const items = [text("a"), text("b"), text("a1", "a"), text("a2", "a")];

  it("keeps a subagent's rows below its tool call, while that is open", () => {
    assert.deepEqual(ids(items), ["a", "b"]);
    assert.deepEqual(ids(items, "a"), ["a", "a1", "a2", "b"]);
  });

  it("counts a subagent's rows, and says how deep each stands", () => {
    const { steps, depths } = outline(items, new Set(["a"]));
    assert.deepEqual([...steps], [["a", 2]]);
    assert.equal(depths.get("a2"), 1);
  });

  it("shows an item whose tool call is not known", () => {
    assert.deepEqual(ids([text("x", "gone")]), ["x"]);
  });

  it("walks no circle", () => {
    const circle = [text("r"), text("a", "b"), text("b", "a"), text("s", "s")];
    assert.deepEqual(ids(circle, "a", "b", "s"), ["r"]);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { ansiParts } from "../../../webview/ansi";

const shown = (output: string) =>
  ansiParts(output).map(({ text, classes }) => [text, classes]);

describe("A program's output", () => {
  it("has the colours that the program gave it", () => {
    assert.deepEqual(
      shown("\u001b[1;31mNo\u001b[0m, \u001b[92myes\u001b[39m."),
      [
        ["No", "bold ansi-1"],
        [", ", ""],
        ["yes", "ansi-10"],
        [".", ""],
      ],
    );
  });

  it("has the theme's colours only: others of the 256 are the text's own", () => {
    assert.deepEqual(
      shown("\u001b[38;5;4ma\u001b[38;5;208mb\u001b[48;2;1;2;3;3mc"),
      [
        ["a", "ansi-4"],
        ["b", ""],
        ["c", "italic"],
      ],
    );
  });

  it("leaves out what moves a cursor, clears a screen, sets a title", () => {
    assert.deepEqual(shown("\u001b[2J\u001b]0;title\u0007a\u001b[?25lb"), [
      ["a", ""],
      ["b", ""],
    ]);
  });

  it("shows of a line that was rewritten what was written last", () => {
    assert.deepEqual(shown("10 %\r50 %\r100 %\r\nDone\n"), [
      ["100 %\nDone\n", ""],
    ]);
  });

  it("loses no other text, whatever the escapes", () => {
    const piece = fc.constantFrom(
      "€",
      "\u001b[31m",
      "\u001b[",
      "m",
      ";",
      "\n",
      "\u001b[0m",
      "9",
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const said = ansiParts(pieces.join(""))
          .map(({ text }) => text)
          .join("");
        const count = (text: string) => text.split("€").length;
        assert.equal(count(said), count(pieces.join("")));
      }),
    );
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import type { MarkedToken } from "marked";
import { renderToStaticMarkup } from "react-dom/server";
import { FakeClock } from "../../fakes/fakeClock";
import { Chat, ChatContext } from "../../../webview/chat";
import { Journal } from "../../../webview/journal";
import { BlockStream } from "../../../webview/markdown/blockStream";
import { Block } from "../../../webview/markdown/Block";
import { lex } from "../../../webview/markdown/lex";

const chat = new Chat({
  post: () => {},
  journal: new Journal({ getState: () => undefined, setState: () => {} }),
  clock: new FakeClock(),
  newId: () => "id",
});
const html = (tokens: readonly MarkedToken[]) =>
  renderToStaticMarkup(
    <ChatContext value={chat}>
      {tokens.map((token, index) => (
        <Block key={index} token={token} depth={0} />
      ))}
    </ChatContext>,
  );
const grown = (stream: BlockStream, text: string) =>
  (stream.grown(text) ?? []).flat();

/** Pieces that change what stands before them more than most. */
const piece = fc.constantFrom(
  ...["# T\n", "words", " ", "\n", "\n\n", "- a\n", "- [ ] b\n", "1. x\n"],
  ...["2", ". y\n", "> q\n", "---\n", "===\n", "    code\n", "~~~\n"],
  ...["**b**", "*e*", "a | b\n", "--|--\n", "| c |\n", "<b>", "&amp;"],
  ...["  ", "\t", "- ", "* * *\n", "<div>\n", "<!--", "-->", "\\", "\r\n"],
);

/** Marks whose closing is guessed while they are open are left out here; what was guessed is read again at the end. */
describe("BlockStream", () => {
  it("has the same blocks at the end, however the text was cut", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (pieces, sizes) => {
          const text = `${pieces.join("")}\n\nThe end`;
          const stream = new BlockStream();
          for (let at = 0, step = 0; at < text.length; step += 1) {
            at += sizes[step % sizes.length]!;
            stream.grown(text.slice(0, at));
          }
          assert.equal(html(grown(stream, text)), html(lex(text) ?? []));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("never takes back a block that is finished", () => {
    const stream = new BlockStream();
    const text = "# A\n\n- a\n- b\n\n```ts\nlet a;\n```\n\n";
    grown(stream, `${text}More\n`);
    const words = Array.from({ length: 60 }, (_, at) => `More ${at}\n\n`);
    const before = stream.grown(text + words.join(""));
    const after = stream.grown(`${text}${words.join("")}And more\n`);
    assert.ok(before!.length > 3);
    assert.equal(after![0], before![0]);
    assert.equal(after![1], before![1]);
  });

  const unfinished: [string, string][] = [
    ["Some **bold wo", "<p>Some <strong>bold wo</strong></p>"],
    ["Some **", "<p>Some </p>"],
    ["Run `npm te", "<p>Run <code>npm te</code></p>"],
    ["See [the docs](https://exa", "<p>See the docs</p>"],
    ["See [the do", "<p>See the do</p>"],
    ["- one\n- **two", "<ul><li>one</li><li><strong>two</strong></li></ul>"],
  ];
  for (const [text, expected] of unfinished) {
    it(`makes an unfinished end whole: ${JSON.stringify(text)}`, () => {
      const markup = html(grown(new BlockStream(), text));
      assert.equal(
        markup.replace(/\s+(?=<\/p>)/, " "),
        expected.replace(/\s+(?=<\/p>)/, " "),
      );
    });
  }

  it("begins anew when the text is another", () => {
    const stream = new BlockStream();
    grown(stream, "# A\n\nb\n\nc\n");
    assert.equal(html(grown(stream, "d")), "<p>d</p>");
  });
});

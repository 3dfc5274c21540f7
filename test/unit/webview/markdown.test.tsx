import assert from "node:assert/strict";
import fc from "fast-check";
import { renderToStaticMarkup } from "react-dom/server";
import { FakeClock } from "../../fakes/fakeClock";
import { Chat, ChatContext } from "../../../webview/chat";
import { Journal } from "../../../webview/journal";
import { Markdown } from "../../../webview/markdown/Markdown";

const chat = new Chat({
  post: () => {},
  journal: new Journal({ getState: () => undefined, setState: () => {} }),
  clock: new FakeClock(),
  newId: () => "id",
});

function html(text: string): string {
  return renderToStaticMarkup(
    <ChatContext value={chat}>
      <Markdown text={text} streaming={false} />
    </ChatContext>,
  );
}

/** The names of all elements and the values of all href and src in what was rendered. */
function anatomy(text: string) {
  const markup = html(text);
  return {
    elements: [...markup.matchAll(/<([a-z][a-z0-9]*)/gi)].map(
      ([, name]) => name,
    ),
    addresses: [...markup.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(
      ([, address]) => address,
    ),
    handlers: [...markup.matchAll(/<[^>]*\son\w+=/g)],
  };
}

/** All that the mapping may make; icons are svg and path. */
const allowed = new Set(
  (
    "div p h3 h4 h5 h6 ul ol li span blockquote pre code table thead tbody tr " +
    "th td hr br strong em del a button svg path"
  ).split(" "),
);

describe("Markdown", () => {
  it("renders what agents write", () => {
    const text = [
      "# One",
      "Some **bold**, *slanted*, ~~gone~~ and `code`.",
      "",
      "1. first",
      "2. second",
      "",
      "- [x] done",
      "- [ ] open",
      "",
      "> said",
      "",
      "|a|b|",
      "|-|-:|",
      "|1|2|",
      "",
      "---",
      "```ts",
      "let a = 1 < 2;",
      "```",
    ].join("\n");
    const markup = html(text);
    for (const part of [
      '<h3 class="heading-1">One</h3>',
      "<strong>bold</strong>",
      "<em>slanted</em>",
      "<del>gone</del>",
      "<code>code</code>",
      '<ol start="1"><li>first</li>',
      'aria-label="Done"',
      'aria-label="Not done"',
      "<blockquote><p>said</p></blockquote>",
      '<td class="align-right">2</td>',
      "<hr/>",
      "let a = 1 &lt; 2;",
      'aria-label="Copy"',
    ]) {
      assert.ok(markup.includes(part), `${part} is missing in ${markup}`);
    }
  });

  it("makes links of web addresses only", () => {
    const { addresses } = anatomy(
      "[a](https://a.example/) [b](http://b.example/) <https://c.example/> https://d.example/",
    );
    assert.deepEqual(addresses, [
      "https://a.example/",
      "http://b.example/",
      "https://c.example/",
      "https://d.example/",
    ]);
  });

  for (const address of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java&#115;cript:alert(1)",
    "&#x6A;avascript:alert(1)",
    "data:text/html,<b>x</b>",
    "vbscript:x",
    "file:///etc/passwd",
    "command:workbench.action.reloadWindow",
    "vscode://x.y/z",
    "//host/path",
    "src/a.ts",
  ]) {
    it(`makes no link of ${address}`, () => {
      const { elements, addresses } = anatomy(`[words](${address})`);
      assert.ok(!elements.includes("a"));
      assert.deepEqual(addresses, []);
      assert.ok(html(`[words](${address})`).includes("words"));
    });
  }

  it("shows raw HTML as the text that it is", () => {
    const text =
      'a <img src=x onerror="alert(1)"> <b>b</b>\n\n<script>alert(1)</script>\n\n<iframe src="https://x"></iframe>';
    const { elements, addresses, handlers } = anatomy(text);
    assert.deepEqual([...new Set(elements)], ["div", "p"]);
    assert.deepEqual([addresses, handlers], [[], []]);
    assert.ok(html(text).includes("&lt;script&gt;alert(1)&lt;/script&gt;"));
  });

  it("takes <br> at its word, as tables need it", () => {
    assert.ok(html("a<br>b").includes("a<br/>b"));
  });

  it("loads no picture: its description stands for it", () => {
    const { elements, addresses } = anatomy(
      "![a chart](https://x.example/p.png)",
    );
    assert.deepEqual([elements, addresses], [["div", "p"], []]);
    assert.ok(html("![a chart](https://x/p.png)").includes("a chart"));
  });

  it("decodes entities to text, never to markup", () => {
    assert.ok(
      html("a &amp; b &lt;b&gt; &#x41;").includes("a &amp; b &lt;b&gt; A"),
    );
  });

  it("shows code as it is", () => {
    assert.ok(html("`&lt;b&gt;`").includes("<code>&amp;lt;b&amp;gt;</code>"));
  });

  it("shows a fence that is still open as code", () => {
    assert.ok(html("```js\nlet a").includes("<code>let a</code>"));
  });

  it("survives nesting of any depth", () => {
    for (const text of [
      "> ".repeat(5000) + "deep",
      "- ".repeat(3000) + "deep",
      "**a ".repeat(3000),
      "[".repeat(3000),
    ]) {
      assert.ok(html(text).length > 0);
    }
  });

  it("makes nothing but its own elements of any text", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ..."# * _ ** ` ``` ~~ > - 1. [ ] ( ) ![ ]( < > <a <img </ & &#106; | \n \n\n javascript: https://x.y onerror= <script> \" ' = /".split(
          " ",
        ),
      ),
      fc.string({ unit: "grapheme", maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { elements, addresses, handlers } = anatomy(pieces.join(""));
        assert.deepEqual(
          elements.filter((name) => !allowed.has(name ?? "")),
          [],
        );
        assert.ok(
          addresses.every((address) => /^https?:/i.test(address ?? "")),
        );
        assert.deepEqual(handlers, []);
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps every word of a plain text", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/)), (words) => {
        const markup = html(words.join(" "));
        assert.ok(words.every((word) => markup.includes(word)));
      }),
    );
  });
});

import assert from "node:assert/strict";
import {
  type Export,
  exportConversation,
} from "../../../../src/session/history/exportConversation";
import {
  Conversation,
  type Line,
  TranscriptFiles,
} from "../../../fakes/transcriptFiles";

describe("Exporting a stored conversation", () => {
  let files: TranscriptFiles;
  beforeEach(() => {
    files = new TranscriptFiles();
  });
  afterEach(() => files.remove());

  const exported = async (chat: Conversation, format: Export["format"]) => {
    const pieces: string[] = [];
    const write = (text: string) => Promise.resolve(void pieces.push(text));
    const path = files.write(chat.lines);
    await exportConversation({ path, title: "A title", format, write });
    return pieces.join("");
  };

  it("as Markdown says who said what, and folds each call with its result", async () => {
    const chat = new Conversation()
      .meta("mode")
      .prompt("Run the tests,\nplease")
      .attachment()
      .block({ type: "thinking", thinking: "Which?" }, "m1")
      .answer("I **run** them.", "m1")
      .call("a", "npm test", "m1")
      .call("b", "echo '<b>' && echo '```'", "m1")
      .result("a", "42 passing")
      .result(
        "b",
        [
          { type: "text", text: "```" },
          {
            type: "image",
            source: { media_type: "image/png", data: "x".repeat(4096) },
          },
        ],
        { is_error: true },
      )
      .answer("Done.", "m2")
      .prompt("again")
      .call("c", "sleep 9");
    assert.equal(await exported(chat, "markdown"), markdown);
  });

  it("as Markdown names the pictures of a prompt, and says nothing of machine talk", async () => {
    const chat = new Conversation()
      .prompt("<command-name>/clear</command-name>")
      .prompt("Caveat", { isMeta: true })
      .prompt("");
    const picture = {
      type: "image",
      source: {
        type: "base64",
        media_type: "image/png",
        data: "x".repeat(2_000_000),
      },
    };
    const last = chat.lines.at(-1) as { message: Line };
    last.message["content"] = [
      picture,
      { type: "text", text: "What is this?" },
    ];
    assert.equal(
      await exported(chat, "markdown"),
      "# A title\n\n## You\n\n> What is this?\n> [Picture: image/png, 1465 KB]\n",
    );
  });

  it("as JSON has the lines as they are stored, without abandoned branches", async () => {
    const chat = new Conversation().prompt("one \u2028 😀").answer("1");
    const fork = chat.last;
    chat.prompt("abandoned").rewind(fork).meta("mode").prompt("two");
    const text = await exported(chat, "json");
    const [one, answer, , , two] = chat.lines;
    assert.deepEqual(JSON.parse(text), {
      title: "A title",
      lines: [one, answer, two],
    });
    assert.ok(text.includes(JSON.stringify(one)));
  });

  it("of nothing is a document all the same", async () => {
    assert.equal(await exported(new Conversation(), "markdown"), "# A title\n");
    assert.deepEqual(JSON.parse(await exported(new Conversation(), "json")), {
      title: "A title",
      lines: [],
    });
  });

  it("says what it leaves out, and goes on behind it", async () => {
    const chat = new Conversation()
      .prompt("one")
      .answer("x".repeat(17 * 1024 * 1024))
      .prompt("two");
    const text = await exported(chat, "markdown");
    assert.match(
      text,
      /> one\n\n_A message of 17 MB is left out._\n\n## You\n\n> two\n$/,
    );
    const { lines } = JSON.parse(await exported(chat, "json")) as {
      lines: Line[];
    };
    assert.deepEqual(
      lines.map(({ type }) => type),
      ["user", "left-out", "user"],
    );
  });

  it("writes piece by piece, each when the one before was taken, and stops when it is told to", async () => {
    const chat = new Conversation();
    for (let turn = 0; turn < 100; turn++) {
      chat.prompt(`prompt ${turn}`);
    }
    const stop = new AbortController();
    let isWriting = false;
    const pieces: string[] = [];
    await exportConversation({
      path: files.write(chat.lines),
      title: "t",
      format: "json",
      signal: stop.signal,
      write: async (text) => {
        assert.ok(!isWriting);
        isWriting = true;
        await Promise.resolve();
        isWriting = false;
        pieces.push(text);
        if (pieces.length === 11) {
          stop.abort();
        }
      },
    });
    assert.equal(
      (JSON.parse(pieces.join("")) as { lines: Line[] }).lines.length,
      10,
    );
  });

  it("fails as its target fails", async () => {
    const path = files.write(new Conversation().prompt("one").lines);
    const write = () => Promise.reject(new Error("disk full"));
    await assert.rejects(
      exportConversation({ path, title: "t", format: "json", write }),
      /disk full/,
    );
  });
});

const markdown = `# A title

## You

> Run the tests,
> please

## Claude

<details>
<summary>Thinking</summary>

Which?

</details>

I **run** them.

<details>
<summary>Bash: npm test</summary>

\`\`\`
npm test
\`\`\`

\`\`\`
42 passing
\`\`\`

</details>

<details>
<summary>Bash: echo '&lt;b>' &amp;&amp; echo '\`\`\`' (failed)</summary>

\`\`\`\`
echo '<b>' && echo '\`\`\`'
\`\`\`\`

\`\`\`\`
\`\`\`
[Picture: image/png, 3 KB]
\`\`\`\`

</details>

Done.

## You

> again

## Claude

<details>
<summary>Bash: sleep 9 (no result)</summary>

\`\`\`
sleep 9
\`\`\`

</details>
`;

import assert from "node:assert/strict";
import fc from "fast-check";
import { summarize } from "../../../../src/session/history/summary";
import { Conversation, type Line } from "../../../fakes/transcriptFiles";

const bytesOf = (lines: readonly Line[]) =>
  Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));

/** Of a file that is short enough to be read whole. */
const whole = (lines: readonly Line[] | Buffer) => {
  const head = Buffer.isBuffer(lines) ? lines : bytesOf(lines);
  return summarize({ head, tail: undefined, sizeBytes: head.length });
};
const titleOf = (chat: Conversation) => whole(chat.lines)?.title;

describe("What the ends of a transcript say", () => {
  it("is the first prompt, in one line and cut, when the conversation has no other title", () => {
    assert.equal(
      titleOf(
        new Conversation()
          .prompt("  Fix\n the   tests ")
          .answer("1")
          .prompt("two"),
      ),
      "Fix the tests",
    );
    const long = titleOf(new Conversation().prompt("😀".repeat(500)))!;
    assert.equal(long.length, 119);
    assert.ok(long.endsWith("😀…"));
  });

  it("passes over what the CLI and editors say in the user's name", () => {
    const chat = new Conversation()
      .prompt("Caveat", { isMeta: true })
      .prompt("This session is being continued", { isCompactSummary: true })
      .prompt("<command-name>/model</command-name>")
      .prompt("<local-command-stdout>Set model</local-command-stdout>")
      .prompt("[Request interrupted by user]")
      .result("a", "no prompt")
      .prompt("<div> is broken");
    assert.equal(titleOf(chat), "<div> is broken");
  });

  it("is the name that was given last, before the CLI's own title, a summary and the prompt", () => {
    const chat = new Conversation()
      .prompt("Prompt")
      .meta("last-prompt", { lastPrompt: "Later prompt" });
    assert.equal(titleOf(chat), "Prompt");
    assert.equal(
      titleOf(chat.meta("summary", { summary: "Summary" })),
      "Summary",
    );
    assert.equal(
      titleOf(chat.meta("ai-title", { aiTitle: "Its own" })),
      "Its own",
    );
    assert.equal(
      titleOf(chat.meta("custom-title", { customTitle: "First" })),
      "First",
    );
    assert.equal(
      titleOf(
        chat
          .meta("custom-title", { customTitle: "Second" })
          .meta("ai-title", { aiTitle: "Newer" }),
      ),
      "Second",
    );
  });

  it("finds a name in the head of a long file too, and does not take an agent's words for one", () => {
    const head = bytesOf([
      { type: "custom-title", customTitle: "Named early" },
      ...new Conversation().prompt("Prompt").lines,
    ]);
    const tail = bytesOf(
      new Conversation().answer(
        '{"type":"custom-title","customTitle":"Said"}\n',
      ).lines,
    );
    assert.equal(
      summarize({ head, tail, sizeBytes: 1e6 })?.title,
      "Named early",
    );
  });

  it("is the beginning of a prompt that is longer than what was read", () => {
    const [line] = new Conversation().prompt(
      `Look at "this":\n${"x".repeat(100_000)}`,
    ).lines;
    const head = bytesOf([line!]).subarray(0, 16 * 1024);
    const tail = bytesOf(new Conversation().answer("1").lines);
    assert.match(
      summarize({ head, tail, sizeBytes: 200_000 })?.title ?? "",
      /^Look at "this": x+…$/,
    );
  });

  it("is the last prompt when the first begins with a picture, and the command where nothing was said", () => {
    const [line] = new Conversation().prompt("").lines;
    const picture = {
      ...line,
      message: {
        role: "user",
        content: [
          { type: "image", source: { data: "x".repeat(50_000) } },
          { type: "text", text: "late" },
        ],
      },
    };
    const head = bytesOf([picture]).subarray(0, 16 * 1024);
    const tail = bytesOf([
      { type: "last-prompt", lastPrompt: "What is this?" },
    ]);
    assert.equal(
      summarize({ head, tail, sizeBytes: 200_000 })?.title,
      "What is this?",
    );
    assert.equal(
      titleOf(new Conversation().prompt("<command-name>/init</command-name>")),
      "/init",
    );
  });

  it("is nothing for what is no conversation: empty, a subagent's, without a prompt, other bytes", () => {
    assert.equal(whole([]), undefined);
    assert.equal(
      whole(
        new Conversation()
          .prompt("to a subagent", { isSidechain: true })
          .meta("last-prompt", { lastPrompt: "x" }).lines,
      ),
      undefined,
    );
    assert.equal(
      whole(new Conversation().meta("mode").attachment().lines),
      undefined,
    );
    assert.equal(whole(Buffer.from([0, 255, 10, 123, 10])), undefined);
  });

  it("is when and where the agent worked", () => {
    const summary = whole(
      new Conversation("/where").prompt("1").answer("2").meta("cost-state")
        .lines,
    );
    const at = Date.UTC(2026, 0, 1, 0, 0, 2);
    assert.deepEqual(
      [summary?.workingFolder, summary?.lastActiveAt],
      ["/where", at],
    );
  });

  it("counts the messages of a short file, and says that it estimates those of a long one", () => {
    const chat = new Conversation()
      .prompt("1")
      .attachment()
      .call("a", "x")
      .result("a", "x")
      .answer("2")
      .meta("mode");
    assert.deepEqual(whole(chat.lines)?.messages, {
      count: 4,
      isEstimate: false,
    });
    const long = new Conversation();
    for (let turn = 0; turn < 500; turn++) {
      long.prompt("prompt".repeat(50)).answer("answer".repeat(50));
    }
    const bytes = bytesOf(long.lines);
    const messages = summarize({
      head: bytes.subarray(0, 16_384),
      tail: bytes.subarray(-65_536),
      sizeBytes: bytes.length,
    })?.messages;
    assert.equal(messages?.isEstimate, true);
    assert.ok(Math.abs(messages.count - 1_000) < 50, `${messages.count}`);
  });

  it("is found without an error in any bytes", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(`${json}\n`)),
      fc
        .constantFrom(
          ...new Conversation()
            .prompt("p")
            .answer("a")
            .meta("summary", { summary: "s" }).lines,
        )
        .chain((line) => {
          const bytes = bytesOf([line]);
          return fc
            .integer({ min: 0, max: bytes.length })
            .map((cut) => bytes.subarray(cut));
        }),
    );
    const content = fc
      .array(piece, { maxLength: 12 })
      .map((list) => Buffer.concat(list));
    fc.assert(
      fc.property(
        content,
        fc.option(content, { nil: undefined }),
        (head, tail) => {
          const summary = summarize({
            head,
            tail,
            sizeBytes: head.length + (tail?.length ?? 0),
          });
          assert.notEqual(summary?.title, "");
        },
      ),
    );
  });
});

import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import fc from "fast-check";
import {
  ConversationReader,
  type PageSize,
} from "../../../../src/session/history/conversationReader";
import { findLeaf } from "../../../../src/session/history/leaf";
import type { StoredLine } from "../../../../src/session/history/storedLine";
import {
  Conversation,
  type Line,
  TranscriptFiles,
} from "../../../fakes/transcriptFiles";

const all: PageSize = { lines: 10_000, bytes: 1e9 };

describe("What belongs to a stored conversation", () => {
  let files: TranscriptFiles;
  beforeEach(() => {
    files = new TranscriptFiles();
  });
  afterEach(() => files.remove());

  /** Its pages, the newest first. */
  const pages = async (content: readonly Line[] | Buffer, size = all) => {
    const file = await open(files.write(content), "r");
    try {
      const { size: end } = await file.stat();
      const leaf = await findLeaf(file, end);
      const found: StoredLine[][] = [];
      if (leaf === undefined) {
        return found;
      }
      const reader = new ConversationReader(leaf, end);
      for (let hasOlder = true; hasOlder;) {
        const page = await reader.read(file, size);
        found.push(page.lines);
        hasOlder = page.hasOlder;
      }
      return found;
    } finally {
      await file.close();
    }
  };
  const shown = async (content: readonly Line[], size = all) =>
    (await pages(content, size)).map((page) => page.map(wordsOf)).reverse();

  it("is every line of a tree without branches, attachments too, and no others", async () => {
    const chat = new Conversation()
      .meta("queue-operation")
      .prompt("one")
      .attachment()
      .answer("1");
    chat
      .meta("cost-state")
      .prompt("two")
      .answer("2")
      .meta("last-prompt", { leafUuid: chat.last });
    assert.deepEqual(await shown(chat.lines), [
      ["one", "attachment", "1", "two", "2"],
    ]);
  });

  it("is what was said last after a rewind", async () => {
    const chat = new Conversation().prompt("one").answer("1");
    const fork = chat.last;
    chat
      .prompt("abandoned")
      .answer("no")
      .rewind(fork)
      .prompt("two")
      .answer("2");
    assert.deepEqual(await shown(chat.lines), [["one", "1", "two", "2"]]);
  });

  it("is the branch that the CLI named last, to its last line, wherever it is in the file", async () => {
    const chat = new Conversation().prompt("one").answer("1");
    const fork = chat.last;
    const first = String(chat.lines[0]?.["uuid"]);
    chat.prompt("two");
    const named = chat.last;
    chat.answer("2").rewind(fork).prompt("later").answer("L");
    const lines = [...chat.lines];
    assert.deepEqual(
      await shown([...lines, { type: "last-prompt", leafUuid: named }]),
      [["one", "1", "two", "2"]],
    );
    for (const common of [fork, first]) {
      assert.deepEqual(
        await shown([...lines, { type: "last-prompt", leafUuid: common }]),
        [["one", "1", "later", "L"]],
      );
    }
    assert.deepEqual(
      await shown([
        ...lines,
        { type: "last-prompt", leafUuid: "not in the file" },
      ]),
      [["one", "1", "later", "L"]],
    );
  });

  it("is found when the branch that the CLI named is megabytes away", async () => {
    const chat = new Conversation().prompt("one").answer("1");
    const fork = chat.last;
    chat.prompt("two").answer("2");
    const named = chat.last;
    chat.rewind(fork).prompt("far");
    for (let line = 0; line < 30; line++) {
      chat.answer("x".repeat(100_000));
    }
    chat.meta("last-prompt", { leafUuid: named });
    assert.deepEqual(await shown(chat.lines), [["one", "1", "two", "2"]]);
  });

  it("has the calls that ran in parallel, each with its result", async () => {
    const chat = new Conversation().prompt("one").call("a", "echo a", "m");
    const first = chat.last;
    chat.call("b", "echo b", "m").result("b", "b");
    // As the CLI writes it: the first call's result hangs on its call, the answer on that result.
    chat.rewind(first).result("a", "a").answer("done");
    assert.deepEqual(await shown(chat.lines), [
      ["one", "call a", "call b", "result b", "result a", "done"],
    ]);
    assert.deepEqual(await shown(chat.lines, { lines: 1, bytes: 1e9 }), [
      ["one"],
      ["call a", "call b", "result b", "result a"],
      ["done"],
    ]);
  });

  it("goes on before a compaction, and says up to where the agent remembers", async () => {
    const chat = new Conversation()
      .prompt("one")
      .answer("1")
      .compact()
      .prompt("two")
      .answer("2");
    assert.deepEqual(await shown(chat.lines), [
      ["one", "1", "system", "two", "2"],
    ]);
    const file = await open(files.write(chat.lines), "r");
    const { size } = await file.stat();
    const page = await new ConversationReader(chat.last, size).read(file, all);
    await file.close();
    assert.equal(page.contextStart, page.lines[2]?.offset);
  });

  it("puts the line before in the place of a parent that is missing, as the CLI does", async () => {
    const chat = new Conversation()
      .prompt("one")
      .answer("lost")
      .prompt("two")
      .answer("2");
    assert.deepEqual(
      await shown(chat.lines.filter((_, index) => index !== 1)),
      [["one", "two", "2"]],
    );
    assert.deepEqual(await shown(chat.lines.slice(1)), [["lost", "two", "2"]]);
  });

  it("has what was passed over while a missing parent was looked for, once", async () => {
    const chat = new Conversation()
      .prompt("one")
      .call("a", "a")
      .result("a", "a");
    chat.answer("lost").answer("2");
    const lines = chat.lines.filter((_, index) => index !== 3);
    assert.deepEqual(await shown(lines), [["one", "call a", "result a", "2"]]);
  });

  it("does not part the blocks of a message", async () => {
    const chat = new Conversation()
      .prompt("one")
      .answer("1", "m")
      .answer("2", "m");
    chat.answer("3", "n");
    const found = await shown(chat.lines, { lines: 1, bytes: 1e9 });
    assert.deepEqual(found, [["one"], ["1", "2"], ["3"]]);
  });

  it("leaves out a subagent's lines, torn lines and other bytes", async () => {
    const chat = new Conversation().prompt("one").answer("1");
    const leaf = chat.last;
    chat
      .prompt("to a subagent", { isSidechain: true })
      .rewind(leaf)
      .prompt("two");
    const text = chat.lines
      .map((line) => JSON.stringify(line))
      .join('\n{"torn\n\xff\n');
    const found = await pages(Buffer.from(text, "latin1"));
    assert.deepEqual(
      found.map((page) => page.map(wordsOf)),
      [["one", "1", "two"]],
    );
  });

  it("keeps the chain over a line that is too long to be loaded", async () => {
    const chat = new Conversation()
      .prompt("one")
      .answer("x".repeat(17 * 1024 * 1024))
      .prompt("two");
    const [page] = await pages(chat.lines);
    assert.deepEqual(
      page?.map(({ kind }) => kind),
      ["json", "oversized", "json"],
    );
  });

  it("comes in pages that are the whole conversation when put together, whatever their size", async () => {
    await fc.assert(
      fc.asyncProperty(
        turns,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 3_000 }),
        async (chat, lines, bytes) => {
          const expected = (await pages(chat.lines)).flat();
          const found = await pages(chat.lines, { lines, bytes });
          assert.deepEqual(found.reverse().flat(), expected);
          const own = chat.lines.filter(({ uuid }) => uuid !== undefined);
          assert.equal(expected.length, own.length);
          for (const [first] of found) {
            assert.ok(
              first && !wordsOf(first).startsWith("result"),
              "A page begins with a result.",
            );
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("is lines of the file in their order, each once, whatever the tree and the bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        forests,
        fc.integer({ min: 1, max: 5 }),
        async (content, lines) => {
          const found = (await pages(content, { lines, bytes: 500 }))
            .reverse()
            .flat();
          const offsets = found.map(({ offset }) => offset);
          assert.deepEqual(
            offsets,
            [...new Set(offsets)].sort((one, other) => one - other),
          );
          for (const line of found) {
            const text = content
              .subarray(line.offset, line.offset + line.lengthBytes)
              .toString();
            assert.ok(line.kind === "json");
            assert.deepEqual(line.value, JSON.parse(text));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Conversations without branches, some turns with calls. */
const turns = fc
  .array(
    fc.record({
      calls: fc.integer({ min: 0, max: 3 }),
      text: fc.string({ unit: "binary", maxLength: 50 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) => {
    const chat = new Conversation();
    for (const { calls, text } of list) {
      chat.prompt(text).meta("cost-state");
      const message = `m${chat.lines.length}`;
      for (let call = 0; call < calls; call++) {
        chat.call(`${message}-${call}`, text, message);
      }
      for (let call = 0; call < calls; call++) {
        chat.result(`${message}-${call}`, text);
      }
      chat.answer(text);
    }
    return chat;
  });

const ids = fc.constantFrom("a", "b", "c", "d", "e", "f");
const anyLine = fc.record(
  {
    parentUuid: fc.option(ids),
    logicalParentUuid: fc.option(ids),
    uuid: ids,
    leafUuid: ids,
    type: fc.constantFrom("user", "assistant", "system", "last-prompt", "new"),
    isSidechain: fc.boolean(),
    message: fc.oneof(
      fc.json(),
      fc.record({
        id: ids,
        content: fc.oneof(fc.string(), fc.constant([{ type: "tool_result" }])),
      }),
    ),
  },
  { requiredKeys: [] },
);
/** Cycles, doubles, orphans, several roots, and what is no JSON at all. */
const forests = fc
  .array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: anyLine.map((line) => Buffer.from(JSON.stringify(line))),
      },
      {
        weight: 1,
        arbitrary: fc
          .uint8Array({ maxLength: 20 })
          .map((bytes) => Buffer.from(bytes)),
      },
    ),
    { maxLength: 20 },
  )
  .map((lines) =>
    Buffer.concat(
      lines.flatMap((line, index) => [
        line,
        Buffer.from(index % 5 ? "\n" : "\r\n"),
      ]),
    ),
  );

function wordsOf(line: StoredLine): string {
  if (line.kind !== "json") {
    return line.kind;
  }
  const message = line.value["message"] as { content?: unknown } | undefined;
  const [block] = (
    Array.isArray(message?.content) ? message.content : []
  ) as Line[];
  switch (block?.["type"]) {
    case "text":
      return String(block["text"]);
    case "tool_use":
      return `call ${String(block["id"])}`;
    case "tool_result":
      return `result ${String(block["tool_use_id"])}`;
    default:
      return String(line.value["type"]);
  }
}

import assert from "node:assert/strict";
import { renameSync, rmSync } from "node:fs";
import { nullLogger } from "../../../../src/base/log";
import {
  contentOf,
  type StoredLine,
} from "../../../../src/session/history/storedLine";
import {
  openTranscript,
  type Transcript,
} from "../../../../src/session/history/transcript";
import { eventually } from "../../../fakes/eventually";
import { FakeClock } from "../../../fakes/fakeClock";
import { Conversation, TranscriptFiles } from "../../../fakes/transcriptFiles";

describe("An open stored conversation", () => {
  let files: TranscriptFiles;
  let clock: FakeClock;
  let chat: Conversation;
  let path: string;
  let transcript: Transcript<string[]>;
  let heard: string[];
  beforeEach(() => {
    files = new TranscriptFiles();
    clock = new FakeClock();
    chat = new Conversation()
      .prompt("one")
      .answer("1")
      .prompt("two")
      .answer("2");
    path = files.write(chat.lines);
    heard = [];
  });
  afterEach(() => {
    transcript.dispose();
    assert.equal(clock.pending, 0);
    files.remove();
  });

  const open = async (lines = 100) => {
    transcript = await openTranscript({
      clock,
      log: nullLogger,
      path,
      translate: (page) => page.map(wordsOf),
      pageSize: { lines, bytes: 1024 * 1024 },
    });
    transcript.onDidAppend((words) => heard.push(`+ ${words.join()}`));
    transcript.onDidReset(({ content }) => heard.push(`= ${content.join()}`));
    transcript.onDidDelete(() => heard.push("deleted"));
  };
  /** Appends what the conversation has beyond the lines that are there already. */
  const appendFrom = (count: number) =>
    files.append(path, chat.lines.slice(count));

  it("has the newest page at once, and older ones when they are asked for", async () => {
    await open(1);
    assert.deepEqual(transcript.newest, { content: ["2"], hasOlder: true });
    // Asked for at once, they still come one after the other.
    const pages = await Promise.all([
      transcript.older(),
      transcript.older(),
      transcript.older(),
      transcript.older(),
    ]);
    assert.deepEqual(
      pages.map((page) => page?.content),
      [["two"], ["1"], ["one"], undefined],
    );
    assert.deepEqual(
      pages.map((page) => page?.hasOlder),
      [true, true, false, undefined],
    );
  });

  it("hears of what an agent elsewhere appends, once, and older pages stay what they are", async () => {
    await open(2);
    chat
      .prompt("three")
      .meta("last-prompt", { leafUuid: chat.last })
      .answer("3");
    appendFrom(4);
    await transcript.refresh();
    await transcript.refresh();
    assert.deepEqual(heard, ["+ three,3"]);
    assert.deepEqual((await transcript.older())?.content, ["one", "1"]);
  });

  /** Time passes only when a timer waits for more of a change that the system told of: no scan comes first. */
  const noticed = (...expected: string[]) => {
    const scans = 1;
    return eventually(async () => {
      if (clock.pending > scans) {
        await clock.advance(100);
      }
      return heard.join() === expected.join();
    }, expected.join());
  };

  it("hears of it without being asked", async () => {
    await open();
    chat.prompt("three");
    appendFrom(4);
    await noticed("+ three");
  });

  it("finds a file that took the place of its own, and watches that one then", async () => {
    await open();
    chat.prompt("three");
    files.write(chat.lines, `${path}.new`);
    renameSync(`${path}.new`, path);
    await noticed("= one,1,two,2,three");
    await clock.advance(5_000);
    // What that scan began is over after this.
    await transcript.refresh();
    chat.answer("3");
    appendFrom(5);
    await noticed("= one,1,two,2,three", "+ 3");
  });

  it("waits for the rest of a line that is being written", async () => {
    await open();
    const line = `${JSON.stringify(chat.prompt("😀").lines[4])}\n`;
    const bytes = Buffer.from(line);
    const cut = bytes.indexOf(0xf0) + 2;
    files.append(path, bytes.subarray(0, cut));
    await transcript.refresh();
    assert.deepEqual(heard, []);
    files.append(path, bytes.subarray(cut));
    await transcript.refresh();
    assert.deepEqual(heard, ["+ 😀"]);
  });

  it("waits for it too when the file was opened in its middle", async () => {
    const line = `${JSON.stringify(chat.prompt("three").lines[4])}\n`;
    files.append(path, line.slice(0, 50));
    await open();
    assert.deepEqual(transcript.newest.content, ["one", "1", "two", "2"]);
    files.append(path, line.slice(50));
    await transcript.refresh();
    assert.deepEqual(heard, ["+ three"]);
  });

  it("goes on after a compaction, and says that what is before it cannot be forked", async () => {
    await open();
    const contextStart = () => transcript.contextStart;
    assert.equal(contextStart(), 0);
    chat.compact().prompt("three");
    appendFrom(4);
    await transcript.refresh();
    assert.deepEqual(heard, ["+ system,three"]);
    assert.ok(contextStart() > 0);
  });

  it("takes calls that run in parallel, whose results hang beside the last line", async () => {
    await open();
    const { length } = chat.lines;
    chat.call("a", "a", "m");
    const first = chat.last;
    chat
      .call("b", "b", "m")
      .result("b", "b")
      .rewind(first)
      .result("a", "a")
      .answer("done");
    appendFrom(length);
    await transcript.refresh();
    assert.deepEqual(heard, ["+ call a,call b,result b,result a,done"]);
  });

  it("begins anew when the conversation was rewound elsewhere", async () => {
    const fork = chat.lines[1]?.["uuid"] as string;
    await open();
    chat.rewind(fork).prompt("instead");
    appendFrom(4);
    await transcript.refresh();
    assert.deepEqual(heard, ["= one,1,instead"]);
    chat.answer("I");
    appendFrom(5);
    await transcript.refresh();
    assert.deepEqual(heard.slice(1), ["+ I"]);
  });

  it("begins anew when the file was replaced or shortened, or when very much was appended", async () => {
    await open(2);
    files.write(new Conversation().prompt("new").lines, `${path}.new`);
    renameSync(`${path}.new`, path);
    await transcript.refresh();
    files.write(new Conversation().prompt("n").lines, path);
    await transcript.refresh();
    assert.deepEqual(heard, ["= new", "= n"]);
    const long = new Conversation()
      .prompt("n")
      .answer("x".repeat(2 * 1024 * 1024))
      .prompt("last");
    files.append(path, long.lines.slice(1));
    await transcript.refresh();
    assert.match(heard[2] ?? "", /^= x+,last$/);
  });

  it("says that its file was deleted, and takes up one of the same name", async () => {
    await open();
    rmSync(path);
    await transcript.refresh();
    files.write(new Conversation().prompt("back").lines, path);
    await transcript.refresh();
    assert.deepEqual(heard, ["deleted", "= back"]);
  });

  it("is empty for a file without a conversation, which may still come", async () => {
    files.write("", path);
    await open();
    assert.deepEqual(transcript.newest, { content: [], hasOlder: false });
    assert.equal(await transcript.older(), undefined);
    files.append(path, chat.lines);
    await transcript.refresh();
    assert.equal(heard.length, 1);
    assert.match(heard[0]!, /one,1,two,2$/);
  });

  it("does not open what is not there", async () => {
    const opening = openTranscript({
      clock,
      log: nullLogger,
      path: `${path}.no`,
      translate: () => 0,
    });
    await assert.rejects(opening, { code: "ENOENT" });
    await open();
  });

  it("says nothing after its end", async () => {
    await open();
    chat.prompt("three");
    appendFrom(4);
    const refreshed = transcript.refresh();
    transcript.dispose();
    await refreshed;
    assert.deepEqual(heard, []);
    assert.equal(await transcript.older(), undefined);
  });
});

function wordsOf(line: StoredLine): string {
  const [block] = contentOf(line);
  switch (block?.["type"]) {
    case "text":
      return String(block["text"]);
    case "tool_use":
      return `call ${String(block["id"])}`;
    case "tool_result":
      return `result ${String(block["tool_use_id"])}`;
    default:
      return line.kind === "json" ? String(line.value["type"]) : line.kind;
  }
}

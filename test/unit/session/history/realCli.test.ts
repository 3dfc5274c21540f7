import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { nullLogger } from "../../../../src/base/log";
import { systemClock } from "../../../../src/node/systemClock";
import {
  deleteConversation,
  forkArguments,
  renameConversation,
} from "../../../../src/session/history/acts";
import { HistoryIndex } from "../../../../src/session/history/historyIndex";
import {
  contentOf,
  nodeOf,
  type StoredLine,
} from "../../../../src/session/history/storedLine";
import { openTranscript } from "../../../../src/session/history/transcript";
import { eventually } from "../../../fakes/eventually";
import { findRealCli } from "../../../fakes/realCliHarness";
import { RealCliRuns } from "../../../fakes/realCliRun";

describe("Conversations that the real CLI stored", function () {
  this.timeout(60_000);
  let path: string;
  let cli: RealCliRuns;
  let index: HistoryIndex;
  let folder: string;

  before(async function () {
    const found = await findRealCli();
    if ("missing" in found) {
      console.warn(`Skipped, since there is no CLI: ${found.missing}`);
      this.skip();
    }
    path = found.path;
  });
  beforeEach(async () => {
    cli = await RealCliRuns.open(path);
    folder = cli.folderNamed("project");
    index = new HistoryIndex({
      clock: systemClock,
      log: nullLogger,
      projectsFolder: cli.projects,
    });
  });
  afterEach(async () => {
    index.dispose();
    await cli.remove();
  });

  /** A conversation of these prompts; gives its id. */
  const made = async (...prompts: string[]) => {
    const id = randomUUID();
    for (const [turn, prompt] of prompts.entries()) {
      await cli.run(
        folder,
        [turn === 0 ? "--session-id" : "--resume", id],
        prompt,
      );
    }
    return id;
  };
  const listed = async (id: string) => {
    await index.setFolders([folder]);
    const entry = index.entries.find(({ sessionId }) => sessionId === id);
    assert.ok(entry, `${id} is not listed.`);
    return entry;
  };
  const opened = (file: string) =>
    openTranscript({
      clock: systemClock,
      log: nullLogger,
      path: file,
      translate: (lines) => [...lines],
    });
  const linesOf = async (id: string) => {
    const transcript = await opened((await listed(id)).path);
    transcript.dispose();
    return transcript.newest.content;
  };

  it("are found in folders of any name, and through symbolic links", async () => {
    const long = "l".repeat(80);
    const folders = [
      ["with.dot", ".hidden"],
      ["sp ace", "A_b-(c)"],
      ["ünï 日本語 😀 e\u0301"],
      [long, long, long],
    ].map((names) => cli.folderNamed(...names));
    await Promise.all(folders.map((one) => cli.run(one, [], "MOCK:chunks=1")));
    const link = join(cli.home, "link");
    symlinkSync(folder, link);
    await cli.run(link, [], "MOCK:chunks=2");
    await index.setFolders([...folders, link]);
    assert.deepEqual(
      index.entries.map(({ folder: of, title }) => [of, title]).sort(),
      [
        ...folders.map((one) => [one, "MOCK:chunks=1"]),
        [link, "MOCK:chunks=2"],
      ].sort(),
    );
    // The CLI was in the same folder, whichever way it got there.
    await index.setFolders([folder]);
    assert.equal(index.entries.length, 1);
  });

  it("are listed, opened, and followed while another process goes on with them", async () => {
    const id = await made("MOCK:chunks=2");
    const entry = await listed(id);
    assert.equal(entry.title, "MOCK:chunks=2");
    assert.ok(Math.abs(entry.lastActiveAt - Date.now()) < 60_000);
    assert.ok([2, 3].includes(entry.messages.count));
    const transcript = await opened(entry.path);
    const appended: StoredLine[] = [];
    transcript.onDidAppend((lines) => appended.push(...lines));
    transcript.onDidReset(() => assert.fail("It is the same conversation."));
    assert.deepEqual(wordsOf(transcript.newest.content), [
      "MOCK:chunks=2",
      "chunk 1 of 2. chunk 2 of 2. ",
    ]);
    await cli.run(folder, ["--resume", id], "MOCK:two=echo a|echo b");
    await eventually(
      () => wordsOf(appended).at(-1)?.startsWith("Done"),
      "the last answer has come",
    );
    transcript.dispose();
    const words = wordsOf(appended);
    assert.deepEqual(words.slice(0, 3), [
      "MOCK:two=echo a|echo b",
      "call echo a",
      "call echo b",
    ]);
    assert.deepEqual(words.slice(3, 5).sort(), ["result a", "result b"]);
    assert.equal(words.length, 6);
    assert.deepEqual(wordsOf(await linesOf(id)).slice(2), words);
  });

  it("are what the agent would remember after a rewind", async () => {
    const id = await made("MOCK:chunks=1");
    const answer = (await linesOf(id)).findLast(
      (line) => wordsOf([line]).length > 0,
    );
    const at = uuidOf(answer);
    await cli.run(folder, ["--resume", id], "MOCK:chunks=2");
    await cli.run(
      folder,
      ["--resume", id, "--resume-session-at", at],
      "MOCK:chunks=3",
    );
    assert.deepEqual(wordsOf(await linesOf(id)), [
      "MOCK:chunks=1",
      "chunk 1 of 1. ",
      "MOCK:chunks=3",
      "chunk 1 of 3. chunk 2 of 3. chunk 3 of 3. ",
    ]);
    await cli.run(folder, ["--resume", id], "MOCK:chunks=4");
    assert.ok(
      cli.told.includes("MOCK:chunks=3") && !cli.told.includes("MOCK:chunks=2"),
    );
  });

  it("reach back beyond a compaction, of which the agent remembers the summary only", async () => {
    const id = await made("MOCK:chunks=1", "/compact", "MOCK:chunks=2");
    const transcript = await opened((await listed(id)).path);
    transcript.dispose();
    const lines = transcript.newest.content;
    assert.deepEqual(wordsOf(lines).slice(0, 2), [
      "MOCK:chunks=1",
      "chunk 1 of 1. ",
    ]);
    assert.equal(wordsOf(lines).at(-2), "MOCK:chunks=2");
    const before = lines.find(({ offset }) => offset < transcript.contextStart);
    const refused = await cli.run(
      folder,
      forkArguments(id, uuidOf(before)),
      "MOCK:chunks=3",
    );
    assert.match(refused.errors?.[0] ?? "", /No message found/);
    const after = lines.find(({ offset }) => offset >= transcript.contextStart);
    assert.equal(
      (await cli.run(folder, forkArguments(id, uuidOf(after)), "MOCK:chunks=3"))
        .subtype,
      "success",
    );
  });

  it("get a name that the CLI knows, and keeps when it goes on", async () => {
    const id = await made("MOCK:chunks=1");
    const { path: file } = await listed(id);
    assert.equal(
      await renameConversation(file, "A name of ours"),
      "A name of ours",
    );
    assert.equal((await listed(id)).title, "A name of ours");
    const resumed = await cli.run(
      folder,
      ["--resume", "A name of ours"],
      "MOCK:huge=200",
    );
    assert.equal(resumed.session_id, id);
    assert.ok(cli.told.includes("MOCK:chunks=1"));
    // The CLI has taken it over: it repeats it before it gets too far from the end.
    assert.equal((await listed(id)).title, "A name of ours");
    const lastName = readFileSync(file).lastIndexOf(
      '"customTitle":"A name of ours"',
    );
    assert.ok(lastName > readFileSync(file).length - 64 * 1024);
    await cli.run(
      folder,
      ["--resume", id],
      {
        type: "control_request",
        request_id: "r",
        request: { subtype: "rename_session", title: "The CLI's own" },
      },
      "MOCK:chunks=3",
    );
    assert.equal((await listed(id)).title, "The CLI's own");
  });

  it("are forked at a line, and stay as they are", async () => {
    const id = await made("MOCK:chunks=1", "MOCK:chunks=2");
    const { path: file } = await listed(id);
    const before = readFileSync(file, "utf8");
    const lines = await linesOf(id);
    const answer = lines.find((line) =>
      wordsOf([line])[0]?.startsWith("chunk"),
    );
    const fork = await cli.run(
      folder,
      forkArguments(id, uuidOf(answer)),
      "MOCK:chunks=3",
    );
    assert.notEqual(fork.session_id, id);
    assert.deepEqual(wordsOf(await linesOf(fork.session_id ?? "")), [
      "MOCK:chunks=1",
      "chunk 1 of 1. ",
      "MOCK:chunks=3",
      "chunk 1 of 3. chunk 2 of 3. chunk 3 of 3. ",
    ]);
    assert.ok(!cli.told.includes("MOCK:chunks=2"));
    assert.equal(readFileSync(file, "utf8"), before);
    // To ask a prompt anew, it is forked at the line that the prompt hangs on.
    const prompt = lines.find((line) => wordsOf([line])[0] === "MOCK:chunks=2");
    const parent = (prompt && nodeOf(prompt)?.parent) ?? "";
    const anew = await cli.run(
      folder,
      forkArguments(id, parent),
      "MOCK:chunks=4",
    );
    assert.deepEqual(
      wordsOf(await linesOf(anew.session_id ?? "")).slice(0, 3),
      ["MOCK:chunks=1", "chunk 1 of 1. ", "MOCK:chunks=4"],
    );
  });

  it("are unknown to the CLI once they are deleted", async () => {
    const id = await made("MOCK:chunks=1");
    const { path: file } = await listed(id);
    await deleteConversation(file, (what) => {
      rmSync(what, { recursive: true });
      return Promise.resolve();
    });
    assert.ok(!existsSync(file));
    await index.refresh();
    assert.deepEqual(index.entries, []);
    const resumed = await cli.run(folder, ["--resume", id], "MOCK:chunks=2");
    assert.match(resumed.errors?.[0] ?? "", /No conversation found/);
  });
});

function uuidOf(line: StoredLine | undefined): string {
  const uuid = line && nodeOf(line)?.uuid;
  assert.ok(uuid);
  return uuid;
}

/** What was said, called and answered; of the rest nothing. */
function wordsOf(lines: readonly StoredLine[]): string[] {
  return lines.flatMap((line) =>
    contentOf(line).map((block) => {
      switch (block["type"]) {
        case "text":
          return String(block["text"]);
        case "tool_use":
          return `call ${(block["input"] as { command: string }).command}`;
        default:
          return `result ${String(block["content"])}`;
      }
    }),
  );
}

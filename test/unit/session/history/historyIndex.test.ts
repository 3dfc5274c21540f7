import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { nullLogger } from "../../../../src/base/log";
import { HistoryIndex } from "../../../../src/session/history/historyIndex";
import { eventually } from "../../../fakes/eventually";
import { FakeClock } from "../../../fakes/fakeClock";
import { Conversation, TranscriptFiles } from "../../../fakes/transcriptFiles";

describe("The list of stored conversations", () => {
  let files: TranscriptFiles;
  let clock: FakeClock;
  let index: HistoryIndex;
  let changes: number;
  beforeEach(() => {
    files = new TranscriptFiles();
    clock = new FakeClock();
    index = new HistoryIndex({
      clock,
      log: nullLogger,
      projectsFolder: files.projects,
    });
    changes = 0;
    index.onDidChange(() => (changes += 1));
  });
  afterEach(() => {
    index.dispose();
    assert.equal(clock.pending, 0);
    files.remove();
  });

  const titles = () => index.entries.map(({ title }) => title);
  const chat = (prompt: string, folder = files.folder) =>
    new Conversation(folder).prompt(prompt);

  it("has those of the open folders, the last active first, with what the list shows", async () => {
    const path = files.write(chat("older").lines);
    files.write(chat("newer").answer("1").answer("2").lines);
    const other = files.folderNamed("other folder");
    files.write(
      chat("elsewhere", other).answer("1").lines,
      files.path(undefined, other),
    );
    await index.setFolders([files.folder]);
    assert.deepEqual(titles(), ["newer", "older"]);
    assert.deepEqual(index.entries[1], {
      sessionId: /([^/\\]+)\.jsonl$/.exec(path)?.[1],
      path,
      folder: files.folder,
      title: "older",
      lastActiveAt: Date.UTC(2026, 0, 1, 0, 0, 1),
      sizeBytes: statSync(path).size,
      messages: { count: 1, isEstimate: false },
    });
    await index.setFolders([files.folder, other]);
    assert.deepEqual(titles(), ["newer", "elsewhere", "older"]);
    assert.equal(changes, 2);
  });

  it("knows a folder that is open through a symbolic link, and lists it once", async () => {
    files.write(chat("linked").lines);
    const link = join(files.root, "link");
    symlinkSync(files.folder, link);
    await index.setFolders([link, files.folder]);
    assert.deepEqual(
      index.entries.map(({ title, folder }) => [title, folder]),
      [["linked", link]],
    );
  });

  it("leaves out what belongs to another folder whose name is the same to the CLI", async () => {
    const other = files.folderNamed("wo.k");
    const ours = files.folderNamed("wo-k");
    const shared = files.path(undefined, ours);
    files.write(chat("ours", ours).lines, shared);
    files.write(chat("theirs", other).lines, files.path(undefined, other));
    files.write(
      chat("moved here", "/from/elsewhere").lines,
      files.path(undefined, ours),
    );
    await index.setFolders([ours]);
    assert.deepEqual(titles().sort(), ["moved here", "ours"]);
  });

  it("leaves out bad files, each alone", async () => {
    files.write(chat("good").lines);
    files.write("");
    files.write(Buffer.from([0, 1, 2, 255]));
    files.write(
      `${JSON.stringify(chat("torn").lines[0])}\n{"parentUuid":"00000`,
    );
    mkdirSync(files.path());
    symlinkSync(join(files.root, "nowhere"), files.path());
    const loop = files.path();
    symlinkSync(loop, loop);
    if (process.platform !== "win32") {
      execFileSync("mkfifo", [files.path()]);
    }
    files.write(chat("agent").lines, files.path("agent-1234"));
    files.write(chat("backup").lines, `${files.path()}.bak`);
    await index.setFolders([files.folder]);
    assert.deepEqual(titles().sort(), ["good", "torn"]);
  });

  it("leaves out a file that may not be read", async function () {
    if (process.platform !== "linux" || process.geteuid?.() !== 0) {
      this.skip(); // Only root can take the rights away from itself, and get them back.
    }
    files.write(chat("good").lines);
    const secret = files.write(chat("secret").lines);
    execFileSync("chmod", ["-R", "a+rX", files.root]);
    execFileSync("chmod", ["600", secret]);
    try {
      process.seteuid?.(65_534);
      await index.setFolders([files.folder]);
    } finally {
      process.seteuid?.(0);
    }
    assert.deepEqual(titles(), ["good"]);
  });

  it("is empty for a folder in which no agent has worked, and without any folder", async () => {
    await index.setFolders([files.folder, "/no/such/folder"]);
    assert.deepEqual(index.entries, []);
    await index.setFolders([]);
    assert.equal(changes, 0);
  });

  /**
   * The system tells of a change in its own time; that a timer waits for more
   * of it shows that it has. Time passes only then: no scan comes first.
   */
  const noticed = async (change: () => void, expected: string[]) => {
    const scans = 2;
    change();
    await eventually(async () => {
      if (clock.pending > scans) {
        await clock.advance(1_000);
      }
      return titles().join() === expected.join();
    }, expected.join());
  };

  it("notices what is new, appended and deleted by others", async () => {
    const path = files.write(chat("first").lines);
    await index.setFolders([files.folder]);
    const name = { type: "custom-title", customTitle: "named" };
    await noticed(() => files.append(path, [name]), ["named"]);
    const second = files.path();
    const { lines } = chat("second").answer("x");
    await noticed(() => files.write(lines, second), ["second", "named"]);
    await noticed(() => rmSync(second), ["named"]);
  });

  it("notices the first conversation of a folder, and even of the machine", async () => {
    await index.setFolders([files.folder]);
    files.write(chat("the first of all").lines);
    await clock.advance(60_000);
    await eventually(() => titles().length === 1, "it is listed");
    const other = files.folderNamed("other");
    await index.setFolders([other]);
    const { lines } = chat("first of its folder", other);
    const write = () => files.write(lines, files.path(undefined, other));
    await noticed(write, ["first of its folder"]);
    const [entry] = index.entries;
    const name = { type: "custom-title", customTitle: "named" };
    await noticed(() => files.append(entry?.path ?? "", [name]), ["named"]);
  });

  it("reads a file again only when its time, its size or the file itself is another", async () => {
    const path = files.write(chat("one").lines);
    utimesSync(path, 1_000, 1_000);
    await index.setFolders([files.folder]);
    files.write(chat("new").lines, path);
    utimesSync(path, 1_000, 1_000);
    await index.refresh();
    assert.deepEqual(titles(), ["one"]);
    files.write(chat("two").lines, `${path}.new`);
    renameSync(`${path}.new`, path);
    utimesSync(path, 1_000, 1_000);
    await index.refresh();
    assert.deepEqual(titles(), ["two"]);
    files.write(chat("now").lines, path);
    utimesSync(path, 1_001, 1_001);
    await index.refresh();
    assert.deepEqual(titles(), ["now"]);
  });

  it("has all that was there when it was asked, though it was looking already", async () => {
    files.write(chat("one").lines);
    const first = index.setFolders([files.folder]);
    files.write(chat("two").lines);
    await Promise.all([first, index.refresh()]);
    assert.equal(titles().length, 2);
  });

  it("says nothing after its end", async () => {
    files.write(chat("one").lines);
    const listing = index.setFolders([files.folder]);
    index.dispose();
    await listing;
    assert.equal(changes, 0);
  });

  it("lists 50 large transcripts by their ends: names, times and rough counts are right", async () => {
    for (let number = 0; number < 50; number++) {
      const one = chat(`Prompt ${number}`).answer("word ".repeat(2_000));
      while (one.lines.length < 20 + number) {
        one.prompt("next").answer("word ".repeat(2_000));
      }
      one.meta("last-prompt", { lastPrompt: "next" });
      if (number % 2) {
        one.meta("custom-title", { customTitle: `Name ${number}` });
      }
      const path = files.write(one.lines);
      const holeBytes = statSync(path).size;
      assert.ok(holeBytes > 80 * 1024);
    }
    await index.setFolders([files.folder]);
    assert.equal(index.entries.length, 50);
    for (const { title, messages } of index.entries) {
      const number = Number(/\d+/.exec(title)?.[0]);
      assert.equal(title, `${number % 2 ? "Name" : "Prompt"} ${number}`);
      assert.ok(
        messages.isEstimate && Math.abs(messages.count - 20 - number) < 12,
        `${title}: ${messages.count}`,
      );
    }
  });

  it("does not read the middle of a transcript", async () => {
    const path = files.write(chat("Prompt").lines);
    truncateSync(path, 8 * 1024 ** 3); // A hole of 8 GB: whoever reads it fails or takes long.
    files.append(
      path,
      `\n${JSON.stringify({ type: "custom-title", customTitle: "Name" })}\n`,
    );
    await index.setFolders([files.folder]);
    assert.deepEqual(titles(), ["Name"]);
  });
});

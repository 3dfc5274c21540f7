import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ensurePrivateFolder,
  writePrivateFile,
} from "../../../src/node/privateFiles";

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("Private files", function () {
  this.timeout(20_000);
  let root: string;
  let file: string;
  let umask: number;
  beforeEach(() => {
    // Whatever the user's umask lets through, the mode must not.
    umask = process.umask(0);
    root = mkdtempSync(join(tmpdir(), "failproof-private-"));
    file = join(root, "home", "state", "record.json");
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(root, { recursive: true, force: true });
  });

  it("are for their owner only, in folders for their owner only", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    await writePrivateFile(file, "secret");
    assert.equal(readFileSync(file, "utf8"), "secret");
    assert.equal(modeOf(file), 0o600);
    assert.equal(modeOf(join(root, "home", "state")), 0o700);
    assert.equal(modeOf(join(root, "home")), 0o700);
  });

  it("tighten a folder and a file that were open to others", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const folder = join(root, "open");
    const open = join(folder, "record.json");
    mkdirSync(folder, { mode: 0o777 });
    writeFileSync(open, "old", { mode: 0o666 });
    chmodSync(folder, 0o777);
    await writePrivateFile(open, "new");
    assert.equal(modeOf(folder), 0o700);
    assert.equal(modeOf(open), 0o600);
    assert.equal(readFileSync(open, "utf8"), "new");
  });

  it("make a folder once, and take one that is there", async () => {
    const folder = join(root, "a", "b");
    await ensurePrivateFolder(folder);
    await ensurePrivateFolder(folder);
    assert.ok(statSync(folder).isDirectory());
  });

  it("are replaced in one step: a reader sees one text or the other, never half", async () => {
    const texts = ["a", "b"].map((letter) => letter.repeat(1_000_000));
    await writePrivateFile(file, texts[0]!);
    const seen = new Set<string>();
    let rounds = 0;
    const read = () => {
      const text = readFileSync(file, "utf8");
      assert.ok(texts.includes(text), `${text.length} characters`);
      seen.add(text);
    };
    while (rounds < 20 || seen.size < texts.length) {
      rounds += 1;
      const state = { isWritten: false };
      const written = writePrivateFile(file, texts[rounds % 2]!).finally(() => {
        state.isWritten = true;
      });
      while (!state.isWritten) {
        read();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await written;
    }
  });

  it("survive two writers at once: one of the texts is there, whole", async () => {
    const texts = Array.from({ length: 10 }, (_, index) => `text ${index}`);
    await Promise.all(texts.map((text) => writePrivateFile(file, text)));
    assert.ok(texts.includes(readFileSync(file, "utf8")));
    assert.deepEqual(readdirSync(join(root, "home", "state")), ["record.json"]);
  });

  it("leave nothing behind when they cannot be written, and say why", async () => {
    // A folder is in the way: it cannot be replaced by a file.
    mkdirSync(join(file, "occupied"), { recursive: true });
    await assert.rejects(
      writePrivateFile(file, "text"),
      (error: NodeJS.ErrnoException) => error.code !== undefined,
    );
    assert.deepEqual(readdirSync(join(root, "home", "state")), ["record.json"]);
  });
});

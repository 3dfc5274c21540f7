import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nullLogger } from "../../../src/base/log";
import { defaultOptions } from "../../../src/cli/arguments";
import { eventually } from "../../fakes/eventually";
import { FakeClock } from "../../fakes/fakeClock";
import { ConversationFiles } from "../../../src/session/conversationFiles";
import type { SessionSeed } from "../../../src/session/session";

describe("The files of conversations that wait", () => {
  let root: string;
  let folder: string;
  let files: ConversationFiles;
  let clock: FakeClock;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "failproof-files-"));
    folder = join(root, "queues");
    clock = new FakeClock();
    files = open();
  });
  const open = () => new ConversationFiles({ folder, clock, log: nullLogger });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const seed = (id: string, ...prompts: string[]): SessionSeed => ({
    id,
    title: "A title",
    options: defaultOptions("/work"),
    origin: { kind: "stored", id: "s1" },
    queue: {
      isPaused: true,
      prompts: prompts.map((text) => ({
        id: text,
        text,
        images: [{ mediaType: "image/png", data: "AAAA" }],
      })),
    },
  });

  it("bring back what was saved last, to the letter", async () => {
    files.save(seed("c1", "one"));
    files.save(seed("c2", "x"));
    files.save(seed("c1", "one", "two"));
    await files.flush();
    const seeds = await open().load();
    assert.deepEqual(
      seeds.sort((a, b) => a.id.localeCompare(b.id)),
      [seed("c1", "one", "two"), seed("c2", "x")],
    );
  });

  it("are private, and gone with the last prompt", async () => {
    files.save(seed("c1", "one"));
    await files.flush();
    if (process.platform !== "win32") {
      assert.equal(statSync(folder).mode & 0o777, 0o700);
      assert.equal(statSync(join(folder, "c1.json")).mode & 0o777, 0o600);
    }
    files.save(seed("c1"));
    await files.flush();
    assert.deepEqual(readdirSync(folder), []);
  });

  it("are not written for a prompt that is sent at once, and without being asked for one that waits", async () => {
    files.save(seed("c1", "one"));
    files.save(seed("c1"));
    await clock.advance(250);
    assert.equal(existsSync(folder), false);
    files.save(seed("c1", "one"));
    await clock.advance(250);
    await eventually(() => existsSync(join(folder, "c1.json")), "it is kept");
    const again = open();
    await again.load();
    again.save(seed("c1"));
    await again.flush();
    assert.deepEqual(readdirSync(folder), []);
  });

  it("are passed over where they are not what they should be", async () => {
    files.save(seed("c1", "one"));
    await files.flush();
    const good = readFileSync(join(folder, "c1.json"), "utf8");
    writeFileSync(join(folder, "half.json"), good.slice(0, 40));
    writeFileSync(
      join(folder, "escaping.json"),
      good.replace('"c1"', '"../../c1"'),
    );
    assert.deepEqual(
      (await files.load()).map(({ id }) => id),
      ["c1"],
    );
  });

  it("are none before the first time", async () => {
    assert.deepEqual(await files.load(), []);
    files.save(seed("c1"));
    await files.flush();
  });
});

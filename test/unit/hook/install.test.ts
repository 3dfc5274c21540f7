import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { hookFiles } from "../../../src/hook/hookFiles";
import {
  type HookScope,
  installHooks,
  type InstallOutcome,
  removeHooks,
  settingsPath,
} from "../../../src/hook/install";
import {
  placeProgram,
  type ProgramDeps,
  refreshProgram,
} from "../../../src/hook/program";
import { editFile } from "../../../src/hook/settingsFile";
import { FakeClock } from "../../fakes/fakeClock";
import { hookProgram } from "../../fakes/installedHook";
import { QueueHome } from "../../fakes/queueHome";

const modeOf = (path: string) => statSync(path).mode & 0o777;
const before = '{\n  "model": "opus"\n}\n';

describe("Installing the hooks", () => {
  let home: QueueHome;
  let deps: ProgramDeps & { env: NodeJS.ProcessEnv };
  let path: string;
  const user: HookScope = { kind: "user" };
  beforeEach(async () => {
    home = new QueueHome();
    deps = await hookProgram(home);
    path = settingsPath(user, deps.env);
  });
  afterEach(() => home.remove());

  const write = (text: string | Buffer) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const read = () => readFileSync(path, "utf8");
  const install = () => installHooks(deps, user);
  const installChanged = async () => changed(await install());
  function changed(outcome: InstallOutcome) {
    assert.ok(outcome.kind === "changed", JSON.stringify(outcome));
    return outcome;
  }

  it("writes the user's settings, or the user's own of one project", () => {
    const folder = join(home.root, "project");
    assert.equal(path, join(home.root, "claude", "settings.json"));
    assert.equal(
      settingsPath({ kind: "project", folder }, {}),
      join(folder, ".claude", "settings.local.json"),
    );
  });

  it("places a program for the owner alone, which the settings name", async () => {
    await installChanged();
    const files = hookFiles(home.home);
    assert.ok(read().includes(JSON.stringify(files.launcher)));
    assert.deepEqual(
      [files.folder, files.launcher, files.script, files.turns].map(modeOf),
      [0o700, 0o700, 0o600, 0o700],
    );
    assert.deepEqual(
      readFileSync(files.script),
      readFileSync(deps.builtScript),
    );
    assert.equal(modeOf(path), 0o600);
  });

  it("changes nothing the second time, not even the file's time", async () => {
    write(before);
    await installChanged();
    const once = statSync(path, { bigint: true });
    assert.equal((await install()).kind, "unchanged");
    const twice = statSync(path, { bigint: true });
    assert.deepEqual([twice.ino, twice.mtimeNs], [once.ino, once.mtimeNs]);
    assert.equal(readdirSync(hookFiles(home.home).backups).length, 1);
  });

  it("brings its own program up to date, and makes none where none was installed", async () => {
    await refreshProgram(deps);
    assert.ok(!existsSync(hookFiles(home.home).launcher));
    await placeProgram(deps);
    writeFileSync(hookFiles(home.home).script, "old");
    await refreshProgram({ ...deps, nodes: ["/moved/node"] });
    const { launcher, script } = hookFiles(home.home);
    assert.ok(readFileSync(launcher, "utf8").includes("'/moved/node'"));
    assert.deepEqual(readFileSync(script), readFileSync(deps.builtScript));
  });

  it("removes them again to the last byte, and keeps the file's mode", async () => {
    write(before);
    chmodSync(path, 0o640);
    await installChanged();
    assert.equal(modeOf(path), 0o640);
    changed(await removeHooks(deps, user));
    assert.equal(read(), before);
    assert.equal(modeOf(path), 0o640);
    assert.equal((await removeHooks(deps, user)).kind, "unchanged");
  });

  it("keeps private copies of what was there, five at most", async () => {
    write(before);
    const { backup } = await installChanged();
    assert.equal(readFileSync(backup ?? "", "utf8"), before);
    assert.equal(modeOf(backup ?? ""), 0o600);
    const clock = new FakeClock();
    for (let count = 0; count < 8; count += 1) {
      await clock.advance(1);
      changed(await removeHooks({ ...deps, clock }, user));
      await clock.advance(1);
      changed(await installHooks({ ...deps, clock }, user));
    }
    const { backups } = hookFiles(home.home);
    assert.equal(readdirSync(backups).length, 5);
    assert.equal(modeOf(backups), 0o700);
  });

  it("undoes an edit to the exact bytes", async () => {
    write(before);
    const { undo } = await installChanged();
    assert.equal(await undo(), "undone");
    assert.equal(read(), before);
  });

  it("undoes the making of a file and its folder", async () => {
    const { undo, backup } = await installChanged();
    assert.equal(backup, null);
    assert.equal(await undo(), "undone");
    assert.ok(!existsSync(dirname(path)));
  });

  it("does not undo over what somebody has written since", async () => {
    write(before);
    const { undo } = await installChanged();
    write('{"mine": 1}');
    assert.equal(await undo(), "changedSince");
    assert.equal(read(), '{"mine": 1}');
  });

  it("follows a link, and leaves it one", async () => {
    const real = join(home.root, "dotfiles.json");
    writeFileSync(real, before);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync("../dotfiles.json", path);
    const { undo } = await installChanged();
    assert.ok(lstatSync(path).isSymbolicLink());
    assert.ok(readFileSync(real, "utf8").includes("SessionStart"));
    assert.equal(await undo(), "undone");
    assert.equal(readFileSync(real, "utf8"), before);
  });

  it("leaves alone what it cannot read, byte for byte", async () => {
    const notUtf8 = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const files = {
      unreadable: [Buffer.from("{oops"), notUtf8],
      wrongShape: [Buffer.from('{"hooks": []}')],
    };
    for (const [kind, all] of Object.entries(files)) {
      for (const bytes of all) {
        write(bytes);
        assert.equal((await install()).kind, kind);
        assert.equal((await removeHooks(deps, user)).kind, kind);
        assert.deepEqual(readFileSync(path), bytes);
      }
    }
    assert.deepEqual(readdirSync(dirname(path)), ["settings.json"]);
  });

  it("says when the CLI will not read the file because of a comment", async () => {
    write('{ "model": "opus" } // mine\n');
    assert.equal((await installChanged()).isIgnored, true);
    write(before);
    assert.equal((await installChanged()).isIgnored, false);
  });
});

describe("editFile", () => {
  let home: QueueHome;
  beforeEach(() => {
    home = new QueueHome();
  });
  afterEach(() => home.remove());

  it("starts anew when somebody else edits the file in between", async () => {
    const path = join(home.root, "settings.json");
    const deps = {
      backups: join(home.root, "backups"),
      clock: new FakeClock(),
    };
    writeFileSync(path, "a");
    const seen: (string | undefined)[] = [];
    const outcome = await editFile(deps, path, (text) => {
      if (seen.push(text) <= 2) {
        writeFileSync(path, `${text}!`);
      }
      return { text: `${text} edited` };
    });
    assert.equal(outcome.kind, "written");
    assert.deepEqual(seen, ["a", "a!", "a!!"]);
    assert.equal(readFileSync(path, "utf8"), "a!! edited");
  });

  it("gives up on a file that never holds still, and leaves nothing beside it", async () => {
    const path = join(home.root, "settings.json");
    const deps = {
      backups: join(home.root, "backups"),
      clock: new FakeClock(),
    };
    const outcome = await editFile(deps, path, (text) => {
      writeFileSync(path, `${text}!`);
      return { text: "edited" };
    });
    assert.deepEqual(outcome, { kind: "busy" });
    assert.equal(readFileSync(path, "utf8"), "!!!!!");
    assert.ok(!readdirSync(home.root).some((name) => name.endsWith(".tmp")));
  });
});

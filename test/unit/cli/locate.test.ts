import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { locateCli, type LocateOptions } from "../../../src/cli/locate";

describe("The CLI's program", () => {
  let root: string;
  let home: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "failproof-locate-"));
    home = join(root, "home");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Puts a program there. */
  function program(path: string, mode = 0o755): string {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "#!/bin/sh\n");
    chmodSync(path, mode);
    return path;
  }
  const inRoot = (...parts: string[]) => join(root, ...parts);
  const pathOf = (...folders: string[]) => ({ PATH: folders.join(delimiter) });

  function locate(options: Partial<LocateOptions> = {}) {
    return locateCli({
      configuredPath: "",
      env: {},
      home,
      platform: "linux",
      ...options,
    });
  }

  it("is the one of the setting, whatever else there is", async () => {
    const configuredPath = program(inRoot("own", "my-claude"));
    program(inRoot("bin", "claude"));
    const env = pathOf(inRoot("bin"));
    assert.deepEqual(await locate({ configuredPath, env }), {
      kind: "found",
      path: configuredPath,
    });
  });

  it("is missing when the setting's is not there: another is not taken instead", async () => {
    const configuredPath = inRoot("own", "my-claude");
    program(inRoot("bin", "claude"));
    program(join(home, ".local", "bin", "claude"));
    const env = pathOf(inRoot("bin"));
    assert.deepEqual(await locate({ configuredPath, env }), {
      kind: "missing",
      looked: [configuredPath],
    });
  });

  it("is the first on the PATH", async () => {
    const path = program(inRoot("second", "claude"));
    program(inRoot("third", "claude"));
    program(join(home, ".local", "bin", "claude"));
    const env = pathOf(inRoot("first"), inRoot("second"), inRoot("third"));
    assert.deepEqual(await locate({ env }), { kind: "found", path });
  });

  it("is never one that the workspace could have put there: relative entries of the PATH are passed over", async () => {
    const path = program(inRoot("bin", "claude"));
    program(inRoot("workspace", "claude"));
    program(inRoot("workspace", "node_modules", ".bin", "claude"));
    const before = process.cwd();
    process.chdir(inRoot("workspace"));
    try {
      const env = pathOf("", ".", join("node_modules", ".bin"), inRoot("bin"));
      assert.deepEqual(await locate({ env }), { kind: "found", path });
    } finally {
      process.chdir(before);
    }
  });

  for (const place of [
    [".local", "bin"],
    [".claude", "local"],
    [".npm-global", "bin"],
    [".bun", "bin"],
    [".volta", "bin"],
  ]) {
    it(`is found in ~/${place.join("/")}, where an installer puts it`, async () => {
      const path = program(join(home, ...place, "claude"));
      const env = pathOf(inRoot("empty"));
      assert.deepEqual(await locate({ env }), { kind: "found", path });
    });
  }

  it("is found where npm was told to install: in its variable, in .npmrc, in nvm's newest version", async () => {
    const newest = program(
      join(home, ".nvm/versions/node/v22.10.0/bin/claude"),
    );
    program(join(home, ".nvm/versions/node/v22.9.1/bin/claude"));
    const env = pathOf(inRoot("empty"));
    assert.deepEqual(await locate({ env }), { kind: "found", path: newest });
    const written = program(join(home, "npm", "bin", "claude"));
    writeFileSync(join(home, ".npmrc"), 'a=b\nprefix = "~/npm"\n');
    assert.deepEqual(await locate({ env }), { kind: "found", path: written });
    const told = program(inRoot("told", "bin", "claude"));
    assert.deepEqual(
      await locate({ env: { ...env, npm_config_prefix: inRoot("told") } }),
      { kind: "found", path: told },
    );
  });

  it("is no folder, and no file that may not be executed", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    mkdirSync(inRoot("one", "claude"), { recursive: true });
    program(inRoot("two", "claude"), 0o644);
    const path = program(inRoot("three", "claude"));
    const env = pathOf(inRoot("one"), inRoot("two"), inRoot("three"));
    assert.deepEqual(await locate({ env }), { kind: "found", path });
    const configuredPath = inRoot("two", "claude");
    assert.deepEqual(await locate({ configuredPath }), {
      kind: "notExecutable",
      path: configuredPath,
      looked: [configuredPath],
    });
  });

  describe("that is missing", () => {
    it("was looked for in all of these places, each named once", async () => {
      const location = await locate({
        env: { PATH: "C:\\bin;bin;.;;C:\\bin", APPDATA: "C:\\Data" },
        home: "C:\\Users\\ada",
        platform: "win32",
      });
      assert.ok(location.kind === "missing");
      assert.deepEqual(location.looked, [
        "C:\\bin\\claude.exe",
        "C:\\bin\\claude.cmd",
        "C:\\Users\\ada\\.local\\bin\\claude.exe",
        "C:\\Users\\ada\\.local\\bin\\claude.cmd",
        "C:\\Data\\npm\\claude.exe",
        "C:\\Data\\npm\\claude.cmd",
      ]);
    });

    it("was looked for on a PATH that Windows spells otherwise, and where npm is without APPDATA", async () => {
      const location = await locate({
        env: { Path: "D:\\tools" },
        home: "C:\\Users\\ada",
        platform: "win32",
      });
      assert.ok(location.kind === "missing");
      assert.equal(location.looked[0], "D:\\tools\\claude.exe");
      assert.equal(
        location.looked.at(-1),
        "C:\\Users\\ada\\AppData\\Roaming\\npm\\claude.cmd",
      );
    });

    it("was looked for without a PATH, too", async () => {
      const location = await locate({ platform: "win32" });
      assert.ok(location.kind === "missing");
      assert.equal(location.looked.length, 4);
    });
  });

  it("is also what npm installs on Windows, where there is no program of its own", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    // Elsewhere such a name is an ordinary file's, in the current folder.
    const path = "C:\\bin\\claude.cmd";
    program(inRoot(path));
    const before = process.cwd();
    process.chdir(root);
    try {
      const env = { PATH: "C:\\other;C:\\bin" };
      assert.deepEqual(await locate({ env, platform: "win32" }), {
        kind: "found",
        path,
      });
    } finally {
      process.chdir(before);
    }
  });
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parse } from "jsonc-parser";
import { hookEntries } from "../../../src/hook/hookEntries";
import {
  isIgnoredByCli,
  type SettingsEdit,
  withHooks,
  withoutHooks,
} from "../../../src/hook/settingsText";

const entries = hookEntries(
  "/home/me/.failproofai/hook/failproof-hook",
  "linux",
);
const foreign = { type: "command", command: "say done", timeout: 5 };

function changed(edit: SettingsEdit): string {
  assert.ok(edit.kind === "changed", edit.kind);
  return edit.text;
}
const install = (text: string) => changed(withHooks(text, entries));
const remove = (text: string) => changed(withoutHooks(text));
const values = (text: string) =>
  parse(text.replace(/^\uFEFF/, ""), [], {
    allowTrailingComma: true,
  }) as unknown;

/** As JSON knows it: without prototypes. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** The hooks alone, for as many events as one likes, beside what was there. */
function installed(
  before: Record<string, unknown[]> = {},
): Record<string, unknown[]> {
  const all = { ...before };
  for (const [event, entry] of entries) {
    all[event] = [...(before[event] ?? []), { hooks: [entry] }];
  }
  return all;
}

const writtenByHand = `{
    // What I like
    "model": "opus", /* really */
    "hooks": {
        "PreToolUse": [
            { "matcher": "Bash", "hooks": [{ "type": "command", "command": "mine" }] }, // keep
        ],
        "Stop": [],
    },
    "env": { "A": "1" }, // last
}
`;

describe("The text of the CLI's settings", () => {
  it("gets the hooks when there is nothing yet", () => {
    for (const text of ["", " \n", "{}", "{ }\n", "{\n}\n"]) {
      assert.deepEqual(values(install(text)), { hooks: installed() });
    }
    assert.match(install("{}\n"), /^\{\n {2}"hooks": \{\n {4}"SessionStart"/);
    assert.equal(remove(install("{}\n")), "{}\n");
  });

  it("keeps every other byte, and has them all back when the hooks are removed", () => {
    const texts = [
      '{\n  "model": "opus"\n}\n',
      '{\r\n\t"model": "opus"\r\n}\r\n',
      '\uFEFF{"model":"opus"}',
      '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"x"}]}]}}',
      '{\n  "hooks": {\n    "Stop": [\n      {"hooks": [{"type":"command","command":"x"}]}\n    ]\n  },\n  "z": 1\n}',
      writtenByHand.replace(/\n {8}"Stop": \[\],/, ""),
      '{ "model": "opus" // mine\n}\n',
      '{\n  "model": "opus" // mine\n  // "env": {}\n}\n',
    ];
    for (const text of texts) {
      const after = install(text);
      assert.equal(remove(after), text);
      let at = 0;
      for (const byte of text) {
        // What was there is there in the same order; commas of ours come on top.
        at = after.indexOf(byte, at) + 1;
        assert.ok(at > 0, `${JSON.stringify(byte)} is gone from ${after}`);
      }
    }
  });

  it("comes beside the hooks of others, under comments and trailing commas", () => {
    const after = values(install(writtenByHand)) as Record<string, unknown>;
    const before = values(writtenByHand) as {
      hooks: Record<string, unknown[]>;
    };
    assert.deepEqual(after, { ...before, hooks: installed(before.hooks) });
  });

  it("writes lines as the file has them", () => {
    const after = install('{\r\n\t"model": "opus"\r\n}\r\n');
    assert.ok(!/[^\r]\n/.test(after));
    assert.match(after, /\r\n\t"hooks": \{\r\n\t\t"SessionStart": \[/);
  });

  it("changes nothing the second time", () => {
    const once = install(writtenByHand);
    assert.deepEqual(withHooks(once, entries), { kind: "unchanged" });
    assert.deepEqual(withoutHooks(writtenByHand), { kind: "unchanged" });
    assert.deepEqual(withoutHooks(""), { kind: "unchanged" });
  });

  it("takes the place of an older version's, however that was written", () => {
    const older = {
      hooks: {
        Stop: [
          {
            hooks: [
              { ...foreign },
              {
                ...foreign,
                command: "node /x/failproof.failproof-0.1.0/dist/hook.js Stop",
              },
            ],
          },
        ],
        Retired: [
          {
            matcher: "*",
            hooks: [
              {
                type: "command",
                command: "/old/hook/failproof-hook",
                args: ["Retired"],
              },
            ],
          },
        ],
        PreToolUse: [
          {
            hooks: [
              {
                type: "command",
                command: '"C:\\a b\\failproof-hook.cmd" PreToolUse',
              },
            ],
          },
          {
            hooks: [
              {
                type: "command",
                command: "cmd.exe",
                args: ["/d", "/c", "C:\\x\\failproof-hook.cmd"],
              },
            ],
          },
        ],
      },
    };
    const after = install(JSON.stringify(older, undefined, 2));
    assert.deepEqual(values(after), {
      hooks: installed({ Stop: [{ hooks: [foreign] }] }),
    });
    assert.equal(withHooks(after, entries).kind, "unchanged");
  });

  it("removes ours and what is empty without it, and leaves the hooks of others", () => {
    const mixed = {
      hooks: {
        Stop: [{ matcher: "x", hooks: [foreign, entries.get("Stop")] }],
        PreToolUse: [{ matcher: "Bash", hooks: [entries.get("PreToolUse")] }],
        Notification: [
          { hooks: [foreign] },
          { hooks: [entries.get("Notification")] },
        ],
      },
      other: [],
    };
    assert.deepEqual(values(remove(JSON.stringify(mixed))), {
      hooks: {
        Stop: [{ matcher: "x", hooks: [foreign] }],
        Notification: [{ hooks: [foreign] }],
      },
      other: [],
    });
  });

  it("takes no program of another's for ours", () => {
    for (const command of [
      "my-failproof-hook",
      "/x/failproof-hooks",
      "node /x/dist/hook.js",
      "echo failproof",
    ]) {
      const text = JSON.stringify({
        hooks: { Stop: [{ hooks: [{ type: "command", command }] }] },
      });
      assert.equal(withoutHooks(text).kind, "unchanged", command);
    }
  });

  it("leaves alone what it cannot read, and what it does not understand", () => {
    for (const text of ["{", "[]", "null", '"x"', '{"a":1}}', "{'a':1}"]) {
      assert.equal(withHooks(text, entries).kind, "unreadable", text);
      assert.equal(withoutHooks(text).kind, "unreadable", text);
    }
    for (const hooks of [
      [],
      "x",
      null,
      { Stop: {} },
      { Stop: [1] },
      { Stop: [{ hooks: "x" }] },
    ]) {
      const text = JSON.stringify({ hooks });
      assert.equal(withHooks(text, entries).kind, "wrongShape", text);
      assert.equal(withoutHooks(text).kind, "wrongShape", text);
    }
  });

  it("knows the files that the CLI itself does not read", () => {
    assert.equal(isIgnoredByCli('\uFEFF{"a": 1}\n'), false);
    assert.equal(isIgnoredByCli('{"a": 1,}'), true);
    assert.equal(isIgnoredByCli('{"a": 1} // x'), true);
  });

  it("adds and removes the hooks of any settings without touching what they mean", () => {
    const group = fc.record(
      {
        matcher: fc.string(),
        hooks: fc.array(fc.constant(foreign), { maxLength: 2 }),
      },
      { requiredKeys: ["hooks"] },
    );
    const hooks = fc.dictionary(
      fc.constantFrom("Stop", "PreToolUse", "Other", "Setup"),
      fc.array(group, { maxLength: 2, minLength: 1 }),
    );
    const settings = fc.record(
      {
        model: fc.string(),
        hooks: fc.option(hooks),
        env: fc.dictionary(fc.stringMatching(/^[A-Z]{1,4}$/), fc.string()),
      },
      { requiredKeys: [] },
    );
    const space = fc.constantFrom(undefined, 2, 4, "\t");
    fc.assert(
      fc.property(settings, space, fc.boolean(), (value, indent, isWindows) => {
        const { hooks: before, ...others } = plain(value);
        const withoutNull = before ? { ...others, hooks: before } : others;
        const json = JSON.stringify(withoutNull, undefined, indent);
        const text = isWindows ? json.replaceAll("\n", "\r\n") : json;
        const after = install(text);
        assert.deepEqual(values(after), {
          ...others,
          hooks: installed(before ?? {}),
        });
        const left = {
          ...others,
          ...(before && Object.keys(before).length > 0
            ? { hooks: before }
            : {}),
        };
        assert.deepEqual(values(remove(after)), left);
        if (
          Object.keys(left).length > 0 &&
          Object.keys(left).length === Object.keys(withoutNull).length
        ) {
          assert.equal(remove(after), text);
        }
      }),
      { numRuns: 300 },
    );
  });
});

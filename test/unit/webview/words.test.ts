import assert from "node:assert/strict";
import { Announcements } from "../../../webview/announcements";
import { modelWords, modeWords } from "../../../webview/factWords";
import {
  baseName,
  formatCost,
  formatDuration,
  formatElapsed,
  formatTokens,
  turnWords,
} from "../../../webview/format";
import { toolIcon, toolTitle, toolVerb } from "../../../webview/toolNames";
import { visibleText } from "../../../webview/visibleText";
import {
  applyEvent,
  emptyConversation,
} from "../../../src/protocol/transcript";

describe("format", () => {
  it("says durations as people do", () => {
    const said = [0, 40, 350, 1234, 12_400, 59_600, 185_000, 3_720_000];
    assert.deepEqual(said.map(formatDuration), [
      "0 ms",
      "40 ms",
      "0.3 s",
      "1.2 s",
      "12 s",
      "1 min 0 s",
      "3 min 5 s",
      "1 h 2 min",
    ]);
  });

  it("counts whole seconds on a running stopwatch, also when the clocks disagree", () => {
    assert.equal(formatElapsed(12_900), "12 s");
    assert.equal(formatElapsed(61_000), "1 min 1 s");
    assert.equal(formatElapsed(-5000), "0 s");
  });

  it("shows small costs in full", () => {
    assert.equal(formatCost(0.0012), "$0.0012");
    assert.equal(formatCost(1.234), "$1.23");
  });

  it("counts tokens", () => {
    assert.equal(formatTokens(1), "1 token");
    assert.equal(formatTokens(12_345), "12,345 tokens");
  });

  it("names a folder of either system by its last part", () => {
    assert.equal(baseName("/home/ana/shop/"), "shop");
    assert.equal(baseName("C:\\work\\shop"), "shop");
    assert.equal(baseName("/"), "/");
  });

  it("writes a turn's foot from what is known", () => {
    const turn = {
      kind: "turn",
      id: "t",
      outcome: "completed",
      durationMs: 1234,
      costUsd: 0.0012,
      outputTokens: 340,
    } as const;
    assert.equal(turnWords(turn), "1.2 s · 340 tokens · $0.0012");
    const bare = { durationMs: null, costUsd: null, outputTokens: null };
    assert.equal(turnWords({ ...turn, ...bare }), "");
    assert.equal(
      turnWords({ ...turn, ...bare, outcome: "interrupted" }),
      "Interrupted",
    );
  });
});

describe("The header's facts", () => {
  it("writes permission modes as words", () => {
    assert.equal(modeWords("acceptEdits"), "Accept edits");
    assert.equal(modeWords("default"), "Default");
  });

  it("leaves the date out of a model's name", () => {
    assert.equal(modelWords("claude-sonnet-4-5-20250929"), "claude-sonnet-4-5");
    assert.equal(modelWords("claude-opus-4-1"), "claude-opus-4-1");
  });
});

describe("Tool names", () => {
  it("says what an ask is about", () => {
    assert.equal(toolVerb("Bash"), "run a command");
    assert.equal(toolVerb("Write"), "write a file");
    assert.equal(toolVerb("Edit"), "edit a file");
    assert.equal(toolVerb("WebFetch"), "use WebFetch");
  });

  it("names a tool of an MCP server with its server", () => {
    assert.equal(
      toolTitle("mcp__my_server__list_issues"),
      "list_issues (my_server)",
    );
    assert.equal(toolVerb("mcp__a__b"), "use b (a)");
  });

  it("has an icon for every tool, those of objects' own names included", () => {
    assert.equal(toolIcon("Bash"), "terminal");
    assert.equal(toolIcon("constructor"), "tools");
    assert.equal(toolVerb("constructor"), "use constructor");
  });
});

describe("visibleText", () => {
  it("writes out what would hide or reorder a command", () => {
    assert.equal(visibleText("rm \u202ea\u2066"), "rm ⟨U+202E⟩a⟨U+2066⟩");
    assert.equal(
      visibleText("a\u200bb\u0007\u001b[2J"),
      "a⟨U+200B⟩b⟨U+0007⟩⟨U+001B⟩[2J",
    );
    assert.equal(visibleText("x\u{e0041}"), "x⟨U+E0041⟩");
    assert.equal(visibleText("good\rbad"), "good⟨U+000D⟩bad");
  });

  it("leaves ordinary text alone", () => {
    const text = "tab\there\nГруппа 組 👍🏽 é";
    assert.equal(visibleText(text), text);
    assert.equal(visibleText("a\r\nb"), "a\nb");
  });
});

describe("Announcements", () => {
  const empty = emptyConversation("c", "/work");
  const withText = (text: string, streaming: boolean) =>
    applyEvent(empty, {
      type: "item",
      item: { kind: "text", id: "t", text, streaming },
    });

  it("says a text once, when it is complete", () => {
    const announcements = new Announcements();
    assert.equal(announcements.next(empty), null);
    assert.equal(announcements.next(withText("Hel", true)), null);
    assert.equal(announcements.next(withText("Hello.", false)), "Hello.");
    assert.equal(announcements.next(withText("Hello.", false)), null);
  });

  it("does not read out what was there before", () => {
    const announcements = new Announcements();
    assert.equal(announcements.next(withText("Old.", false)), null);
    const other = { ...withText("Other.", false), id: "d" };
    assert.equal(announcements.next(other), null);
  });

  it("says what the agent asks", () => {
    const announcements = new Announcements();
    announcements.next(empty);
    const ask = {
      id: "a",
      toolUseId: "t",
      toolName: "Bash",
      summary: "npm test",
      detail: "npm test",
      reason: null,
      askedAt: 0,
    };
    assert.equal(
      announcements.next(applyEvent(empty, { type: "askOpened", ask })),
      "Claude wants to run a command: npm test",
    );
  });
});

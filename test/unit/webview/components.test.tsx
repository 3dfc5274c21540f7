import assert from "node:assert/strict";
import { renderToStaticMarkup } from "react-dom/server";
import type {
  Readiness,
  Surroundings,
} from "../../../src/protocol/chatMessages";
import type {
  Ask,
  Conversation,
  TranscriptItem,
  Waiting,
} from "../../../src/protocol/conversation";
import { emptyConversation } from "../../../src/protocol/transcript";
import { FakeClock } from "../../fakes/fakeClock";
import { Chat, ChatContext } from "../../../webview/chat";
import { App } from "../../../webview/components/App";
import { Journal } from "../../../webview/journal";
import { ChatStore } from "../../../webview/store";
import { ready } from "./modelHost";

/** The chat as it is first rendered; times are ms before now. */
function html(
  conversation: Partial<Conversation> = {},
  surroundings: Partial<Surroundings> = {},
): string {
  const clock = new FakeClock();
  const store = new ChatStore((run) => run());
  const chat = new Chat({
    post: () => {},
    journal: new Journal({ getState: () => undefined, setState: () => {} }),
    clock,
    newId: () => "id",
  });
  store.apply({
    type: "snapshot",
    conversation: { ...emptyConversation("c", "/srv/shop"), ...conversation },
    surroundings: { ...ready, ...surroundings },
  });
  return renderToStaticMarkup(
    <ChatContext value={chat}>
      <App store={store} />
    </ChatContext>,
  );
}

const now = new FakeClock().now();
const prompt: TranscriptItem = {
  kind: "prompt",
  id: "p",
  text: "Do it",
  at: now - 12_000,
};
const bash: TranscriptItem = {
  kind: "tool",
  id: "t",
  name: "Bash",
  summary: "npm test",
  detail: "npm test",
  status: "running",
  output: null,
  startedAt: now,
  durationMs: null,
};
const ask: Ask = {
  id: "a",
  toolUseId: "t",
  toolName: "Bash",
  summary: "npm test",
  detail: "npm test",
  reason: "It runs code.",
  askedAt: now,
};

/** What is said between the tags, with single spaces. */
function words(markup: string): string {
  return markup.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

function has(markup: string, ...parts: string[]): void {
  for (const part of parts) {
    assert.ok(markup.includes(part), `${part} is missing in ${markup}`);
  }
}

function hasNot(markup: string, part: string): void {
  assert.ok(!markup.includes(part), `${part} should not be in ${markup}`);
}

describe("The chat", () => {
  it("is blank until the host has told what there is", () => {
    const store = new ChatStore(() => {});
    assert.equal(renderToStaticMarkup(<App store={store} />), "");
  });

  it("says where the agent works, as what, and what it does", () => {
    const markup = html({
      items: [prompt],
      activity: "running",
      model: "claude-opus-4-1",
      permissionMode: "acceptEdits",
    });
    has(words(markup), "shop", "claude-opus-4-1", "Accept edits");
    has(words(markup), "Running · 12 s", "Working…");
    has(markup, 'placeholder="Ask Claude to do something in shop…"');
  });

  it("says that it waits for the user while an ask is open", () => {
    has(words(html({ activity: "waiting" })), "Waiting for your answer");
  });

  it("is a log that is not read out token by token", () => {
    has(html(), 'role="log"', 'aria-live="off"', 'aria-live="polite"');
  });

  it("says plainly that a demo is one", () => {
    has(
      words(html({}, { isDemo: true })),
      "Demo: a scripted model answers here, not a real one. Nothing leaves this machine.",
    );
    hasNot(html(), "demo-banner");
  });

  it("mentions that nothing is recorded only while nobody is signed in", () => {
    has(words(html()), "Not signed in: nothing is recorded. Sign In");
    hasNot(html({}, { signedInAs: "ana@example.com" }), "signin-hint");
  });

  it("shows every kind of item", () => {
    const markup = html({
      items: [
        prompt,
        { kind: "thinking", id: "th", text: "Hm.", streaming: false },
        { kind: "text", id: "x", text: "Some **text**", streaming: false },
        { ...bash, status: "failed", output: "No.", durationMs: 1500 },
        { kind: "notice", id: "n", tone: "error", text: "It ended." },
        {
          kind: "turn",
          id: "u",
          outcome: "completed",
          durationMs: 1200,
          costUsd: 0.0012,
          outputTokens: 340,
        },
      ],
    });
    has(markup, "<strong>text</strong>", 'data-testid="prompt"');
    has(markup, 'data-status="failed" data-tool="Bash"', "notice-error");
    has(words(markup), "Thought", "1.5 s", "It ended.");
    has(words(markup), "1.2 s · 340 tokens · $0.0012");
  });

  const hook = {
    kind: "hook",
    id: "h",
    name: "PreToolUse:Bash",
    event: "PreToolUse",
    status: "done",
    exitCode: 0,
    output: "",
    startedAt: now,
    durationMs: 4,
  } as const;

  it("mentions a hook only when it failed or had something to say", () => {
    hasNot(html({ items: [hook] }), "PreToolUse");
    const blocked = { ...hook, status: "blocked", exitCode: 2 } as const;
    has(words(html({ items: [blocked] })), "Hook blocked this");
    const talkative = { ...hook, output: "Mind the gap." };
    has(words(html({ items: [talkative] })), "Hook: PreToolUse:Bash");
  });

  it("says that the conversation is compacted, and what that came to", () => {
    const compaction = {
      kind: "compaction",
      id: "c",
      status: "done",
      trigger: "auto",
      tokensBefore: 180_000,
      tokensAfter: 9_000,
    } as const;
    const markup = words(html({ items: [compaction] }));
    has(markup, "Conversation compacted: 180,000 tokens → 9,000 tokens");
    const failed = { ...compaction, status: "failed" } as const;
    has(words(html({ items: [failed] })), "could not be compacted");
  });

  it("sets apart what a subagent says and does", () => {
    const said = { kind: "text", text: "Looking.", streaming: false } as const;
    const own = html({ items: [{ ...said, id: "x" }] });
    hasNot(own, "nested");
    has(html({ items: [{ ...said, id: "x", parent: "t" }] }), "nested");
  });

  it("says what it waits for when that takes its time", () => {
    const retry = {
      kind: "retry",
      since: now,
      attempt: 2,
      of: 10,
      until: now + 1000,
      httpStatus: 529,
    } as const;
    const waiting = (what: Waiting) =>
      words(html({ items: [prompt], activity: "running", waiting: what }));
    has(waiting(retry), "trying again (2 of 10)");
    has(waiting({ kind: "api", since: now }), "Working…");
  });

  it("does not render what is folded, as it may be long", () => {
    const detail = "x".repeat(60_000);
    hasNot(html({ items: [{ ...bash, detail }] }), detail);
  });

  it("shows prompts as they were typed, not as Markdown", () => {
    has(html({ items: [{ ...prompt, text: "**a** <b>" }] }), "**a** &lt;b&gt;");
  });

  it("lists the prompts that wait, each with a way to remove it", () => {
    const markup = html({ queued: [{ id: "q", text: "And then" }] });
    has(words(markup), "And then", "Waits its turn");
    has(markup, 'aria-label="Remove from the queue"');
  });

  it("offers Stop only while there is something to stop", () => {
    has(html({ activity: "running" }), 'data-testid="stop"');
    hasNot(html({ activity: "idle" }), 'data-testid="stop"');
  });

  it("keeps what is far above out of the document", () => {
    const items = Array.from({ length: 1000 }, (_, index) => ({
      ...prompt,
      id: `p${index}`,
      text: `Prompt ${index}.`,
    }));
    const markup = html({ items });
    has(words(markup), "Prompt 999.");
    hasNot(words(markup), "Prompt 899.");
  });
});

describe("An ask", () => {
  it("stands under its tool's card, and starts guarded", () => {
    const markup = html({ items: [bash], asks: [ask], activity: "waiting" });
    assert.ok(markup.indexOf('"tool"') < markup.indexOf('data-testid="ask"'));
    has(words(markup), "Claude wants to run a command", "It runs code.");
    has(markup, 'data-testid="ask-allow" aria-disabled="true"');
    has(markup, 'data-testid="ask-deny" aria-disabled="true"');
  });

  it("is shown even when its tool's card is not there", () => {
    has(html({ asks: [ask] }), 'data-testid="ask-allow"');
  });

  it("is shown even when there are two about one tool", () => {
    const markup = html({ items: [bash], asks: [ask, { ...ask, id: "b" }] });
    assert.equal(markup.split('data-testid="ask"').length - 1, 2);
  });

  it("shows hidden characters of what is to be approved", () => {
    const detail = "ls \u202e# fr- mr";
    has(html({ asks: [{ ...ask, detail, summary: detail }] }), "⟨U+202E⟩");
  });

  it("says how long a long detail is", () => {
    const detail = "line\n".repeat(39) + "end";
    has(words(html({ asks: [{ ...ask, detail }] })), "40 lines");
  });
});

describe("The readiness cards", () => {
  const cases: [Readiness, string, string[]][] = [
    [{ kind: "noFolder" }, "No folder is open", ["Open Folder"]],
    [
      { kind: "untrusted" },
      "This folder is not trusted",
      ["Manage Workspace Trust"],
    ],
    [
      { kind: "noCli", looked: ["/usr/bin/claude"] },
      "The Claude CLI was not found",
      ["Install Claude Code", "Set Its Path", "Look Again"],
    ],
  ];
  for (const [readiness, title, buttons] of cases) {
    it(`say what to do: ${title}`, () => {
      for (const items of [[], [prompt]]) {
        const markup = html({ items }, { readiness });
        has(words(markup), title, ...buttons);
        assert.equal(markup.split('data-testid="readiness"').length - 1, 1);
      }
    });
  }

  it("are not there when a prompt can be sent", () => {
    hasNot(html(), "readiness");
  });
});

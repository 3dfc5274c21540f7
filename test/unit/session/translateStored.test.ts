import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TranscriptItem } from "../../../src/protocol/conversation";
import { readRecording, replay, Replay } from "../../fakes/recording";

const folder = join(process.cwd(), "test/fixtures/stored");
const kept = readdirSync(folder).map((file) => file.replace(/\.jsonl$/, ""));

const linesOf = (name: string) =>
  readFileSync(join(folder, `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");

function readStored(name: string, player = new Replay()): Replay {
  for (const line of linesOf(name)) {
    player.takeStoredLine(line);
  }
  return player;
}

/**
 * All that a file cannot tell, and nothing else:
 * - the feet of turns (what they cost, how long they took) and hooks;
 * - of a prompt, that it ended well, and when exactly it was sent;
 * - of a tool, when exactly it began, how long it took, and what in the config allowed it;
 * - of a task, whether it was one (a long command), and how it ended in the background;
 * - that a subagent's steps came between the agent's own: they are in files of their own;
 * - that /compact came before what it did: it is written after it.
 */
function comparable(items: TranscriptItem[]): unknown {
  const of = (parent: string | undefined) =>
    items
      .filter((item) => ("parent" in item ? item.parent : undefined) === parent)
      .flatMap(told);
  const parents = items.flatMap((item) =>
    "parent" in item && item.parent !== undefined ? item.parent : [],
  );
  return {
    own: ordered(of(undefined)),
    subagents: [...new Set(parents)].map((parent) => [parent, of(parent)]),
  };
}

function told(item: TranscriptItem): object[] {
  switch (item.kind) {
    case "turn":
    case "hook":
      return [];
    case "prompt": {
      const { kind, id, text, failure } = item;
      const outcome = item.outcome === "done" ? undefined : item.outcome;
      return [{ kind, id, text, outcome, failure }];
    }
    case "tool": {
      const { task, ...rest } = { ...item, startedAt: 0, durationMs: 0 };
      const isAgent = item.name === "Agent" && task !== undefined;
      const decision = item.decision && {
        ...item.decision,
        reasonType: undefined,
      };
      return [{ ...rest, decision, isAgent }];
    }
    default:
      return [item];
  }
}

function ordered(items: object[]): object[] {
  const isCompact = (item: object) =>
    "text" in item && item.text === "/compact";
  return [
    ...items.filter((item) => !isCompact(item)),
    ...items.filter(isCompact),
  ];
}

describe("A conversation that is read from the CLI's file", () => {
  for (const name of kept) {
    it(`is the one that was seen live: ${name}`, () => {
      const live = replay(readRecording(name)).conversation;
      const stored = readStored(name).conversation;
      assert.ok(stored.items.length > 0);
      assert.deepEqual(comparable(stored.items), comparable(live.items));
      assert.deepEqual(stored.todos, live.todos);
      assert.equal(stored.title, live.title);
    });

    it(`has the prompts that are there already, each once: ${name}`, () => {
      const live = replay(readRecording(name));
      const promptsOf = () =>
        live.conversation.items.flatMap((item) =>
          item.kind === "prompt" ? [[item.id, item.text]] : [],
        );
      const before = promptsOf();
      readStored(name, live);
      assert.deepEqual(promptsOf(), before);
    });
  }

  it("is dated by its lines", () => {
    const [prompt] = readStored("plain").conversation.items;
    const line = linesOf("plain").find((text) => text.includes('"user"'));
    const { timestamp } = JSON.parse(line ?? "") as { timestamp: string };
    assert.equal(prompt?.kind === "prompt" && prompt.at, Date.parse(timestamp));
  });

  it("has the subagent's steps under the call that began it", () => {
    const { items } = readStored("subagent").conversation;
    const call = items.find(
      (item) => item.kind === "tool" && item.name === "Agent",
    );
    const steps = items.flatMap((item) =>
      "parent" in item ? [item.parent] : [],
    );
    assert.equal(steps.length, 2);
    assert.ok(steps.every((parent) => parent === call?.id));
  });

  it("is not disturbed by lines that are none, or not about it", () => {
    const player = new Replay();
    for (const text of [
      "",
      "{",
      "[]",
      '{"type":"summary","summary":"A talk","leafUuid":"x"}',
      '{"type":"file-history-snapshot","messageId":"m","snapshot":{}}',
      '{"type":"attachment","attachment":{"type":"date"}}',
      '{"type":"user","isMeta":true,"uuid":"u","message":{"content":"Caveat"}}',
      '{"type":"assistant","message":"nothing"}',
      '{"type":"result","subtype":"success"}',
    ]) {
      player.takeStoredLine(text);
    }
    assert.deepEqual(player.conversation.items, []);
  });

  it("shows a slash command as it was typed, and what it printed", () => {
    const player = new Replay();
    const said = (uuid: string, content: string) =>
      player.takeStoredLine(
        JSON.stringify({ type: "user", uuid, message: { content } }),
      );
    said(
      "u1",
      "<command-message>cost</command-message>\n<command-name>/cost</command-name>\n<command-args>--all</command-args>",
    );
    said("u2", "<local-command-stdout>Nothing yet</local-command-stdout>");
    said("u3", "<task-notification>done</task-notification>");
    assert.deepEqual(
      player.conversation.items.map((item) => "text" in item && item.text),
      ["/cost --all", "Nothing yet"],
    );
  });
});

import assert from "node:assert/strict";
import {
  applyEvent,
  emptyConversation,
} from "../../../src/protocol/transcript";
import { Journal } from "../../../webview/journal";

const empty = emptyConversation("c", "/work");

/** VS Code's memory of a webview, which outlives it. */
class Memory {
  state: unknown = undefined;
  getState = () => this.state;
  setState = (state: unknown) => {
    this.state = JSON.parse(JSON.stringify(state)) as unknown;
  };
}

describe("Journal", () => {
  let memory: Memory;
  let journal: Journal;
  const reload = () => (journal = new Journal(memory));

  beforeEach(() => {
    memory = new Memory();
    reload();
  });

  it("keeps the draft over a reload", () => {
    journal.setDraft("half a thou");
    reload();
    assert.equal(journal.state().draft, "half a thou");
  });

  it("starts empty when what was kept is not its own", () => {
    memory.state = { draft: 7 };
    reload();
    assert.deepEqual(journal.state(), { draft: "", unsent: [] });
  });

  it("holds a prompt until the host has it", () => {
    journal.setDraft("do it");
    journal.sent({ id: "p", text: "do it" });
    assert.deepEqual(journal.state(), {
      draft: "",
      unsent: [{ id: "p", text: "do it" }],
    });
    journal.reconcile(empty);
    assert.equal(journal.state().unsent.length, 1);
    const prompt = { id: "p", text: "do it" };
    journal.reconcile(applyEvent(empty, { type: "promptQueued", prompt }));
    assert.deepEqual(journal.state(), { draft: "", unsent: [] });
  });

  it("gives a prompt that a reload overtook back to the draft, and does not send it again", () => {
    journal.sent({ id: "p", text: "do it" });
    journal.setDraft("and then");
    reload();
    journal.reconcile(empty);
    assert.deepEqual(journal.state(), {
      draft: "do it\n\nand then",
      unsent: [],
    });
  });

  it("forgets a prompt that arrived before the reload", () => {
    journal.sent({ id: "p", text: "do it" });
    reload();
    const item = { kind: "prompt", id: "p", text: "do it", at: 0 } as const;
    journal.reconcile(applyEvent(empty, { type: "item", item }));
    assert.deepEqual(journal.state(), { draft: "", unsent: [] });
  });

  it("lets the user take back what the host does not confirm", () => {
    journal.sent({ id: "p", text: "do it" });
    journal.takeBack("p");
    assert.deepEqual(journal.state(), { draft: "do it", unsent: [] });
  });
});

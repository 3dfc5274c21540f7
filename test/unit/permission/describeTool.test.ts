import assert from "node:assert/strict";
import {
  cutText,
  describeTool,
  longestDetail,
} from "../../../src/permission/describeTool";

describe("What a tool is about to do", () => {
  const describeCall = (name: string, input: Record<string, unknown>) =>
    describeTool(name, input, "/srv/project");

  it("is the command, for Bash", () => {
    const command = "git status\ngit diff";
    const input = { command, description: "Looks", timeout: 60_000 };
    assert.deepEqual(describeCall("Bash", input), {
      summary: "git status git diff",
      detail: command,
    });
  });

  it("is the file and what will be in it, for Write", () => {
    const input = { file_path: "/srv/project/src/a.ts", content: "let a;\n" };
    assert.deepEqual(describeCall("Write", input), {
      summary: "src/a.ts",
      detail: "let a;\n",
    });
  });

  it("is what goes and what comes, for Edit", () => {
    const input = {
      file_path: "/etc/hosts",
      old_string: "one\ntwo",
      new_string: "three",
      replace_all: false,
    };
    assert.deepEqual(describeCall("Edit", input), {
      summary: "/etc/hosts",
      detail: "- one\n- two\n+ three",
    });
  });

  it("is all of its input, for a tool that is not known", () => {
    const input = { query: "weather", where: { city: "Bern" } };
    assert.deepEqual(describeCall("mcp__weather__ask", input), {
      summary: "weather",
      detail: JSON.stringify(input, undefined, 2),
    });
  });

  it("is the tool's name when its input says nothing", () => {
    for (const input of [{}, { command: 1 }, { command: " ", url: "" }]) {
      assert.equal(describeCall("ListAgents", input).summary, "ListAgents");
    }
    assert.equal(describeCall("ListAgents", {}).detail, "{}");
  });

  const hidden: [string, Record<string, unknown>, string][] = [
    [
      "Bash",
      { command: "ls", dangerouslyDisableSandbox: true },
      "dangerouslyDisableSandbox",
    ],
    [
      "Edit",
      { old_string: "a", new_string: "b", replace_all: true },
      "replace_all",
    ],
    ["Write", { content: "text", mode: "0777" }, "0777"],
    ["mcp__ssh__run", { command: "ls", host: "production" }, "production"],
    [
      "mcp__ssh__run",
      { command: "ls", description: "everywhere" },
      "everywhere",
    ],
  ];
  for (const [name, input, word] of hidden) {
    it(`shows "${word}" of ${name}, though the rest has a form of its own`, () => {
      const { detail } = describeCall(name, { file_path: "/f", ...input });
      assert.ok(detail.includes(word), detail);
    });
  }

  it("is one line, cut where it is too long", () => {
    const { summary } = describeCall("Bash", {
      command: "x \n\t y".repeat(100),
    });
    assert.equal(summary.length, 200);
    assert.match(summary, /^x yx y[xy ]*…$/);
  });

  it("shows paths relative to the agent's folder only when they are in it", () => {
    const summaryOf = (file_path: string, folder: string) =>
      describeTool("Read", { file_path }, folder).summary;
    assert.equal(summaryOf("/srv/project/a", "/srv/project"), "a");
    assert.equal(summaryOf("C:\\work\\a.ts", "C:\\work"), "a.ts");
    for (const other of ["/srv/project2/a", "/srv/project", "/etc/passwd"]) {
      assert.equal(summaryOf(other, "/srv/project"), other);
    }
    assert.equal(summaryOf("/a", ""), "/a");
  });

  it("is cut at 64 KB, and says how much is missing", () => {
    const whole = "x".repeat(longestDetail);
    const write = (content: string) =>
      describeCall("Write", { file_path: "/f", content }).detail;
    assert.equal(write(whole), whole);
    assert.equal(write(`${whole}yz`), `${whole}\n… 2 more characters`);
  });

  it("holds no half character where it was cut", () => {
    assert.equal(cutText("a🙂b", 2), "a\n… 3 more characters");
    assert.equal(cutText("a🙂b", 3), "a🙂\n… 1 more characters");
    const { summary } = describeCall("Bash", { command: "🙂".repeat(200) });
    assert.equal(summary, `${"🙂".repeat(99)}…`);
  });
});

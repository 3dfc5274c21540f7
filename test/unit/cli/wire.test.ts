import assert from "node:assert/strict";
import fc from "fast-check";
import { parseWireLine } from "../../../src/cli/wire";

const parse = (line: unknown) => parseWireLine(JSON.stringify(line));

describe("A line of the CLI", () => {
  it("keeps the fields that are used, and leaves the others out", () => {
    const line = {
      type: "system",
      subtype: "init",
      session_id: "s",
      model: "m",
      permissionMode: "default",
      claude_code_version: "2.1.0",
      tools: ["Bash"],
      mcp_servers: [{ name: "docs", status: "connected" }],
    };
    assert.deepEqual(parse({ ...line, apiKeySource: "none" }), line);
  });

  const known: Record<string, object> = {
    "stream of a message": {
      type: "stream_event",
      parent_tool_use_id: "toolu_parent",
      event: { type: "message_start", message: { id: "msg" } },
    },
    "piece of text": {
      type: "stream_event",
      parent_tool_use_id: "toolu_parent",
      event: {
        type: "content_block_delta",
        index: 0,
        delta: { type: "text_delta", text: "Hel" },
      },
    },
    "request for permission": {
      type: "control_request",
      request_id: "r",
      request: {
        subtype: "can_use_tool",
        tool_name: "Bash",
        input: { command: "ls" },
        tool_use_id: "t",
        decision_reason: "a rule",
      },
    },
    "hook's call": {
      type: "control_request",
      request_id: "r",
      request: {
        subtype: "hook_callback",
        callback_id: "PreToolUse",
        input: { tool_name: "Bash", anything: [1] },
      },
    },
    "piece of a tool's input": {
      type: "stream_event",
      event: {
        type: "content_block_delta",
        index: 0,
        delta: { type: "input_json_delta", partial_json: '{"com' },
      },
    },
    retry: {
      type: "system",
      subtype: "api_retry",
      attempt: 1,
      max_retries: 10,
      retry_delay_ms: 600,
      error_status: 529,
      error: "overloaded",
    },
    "withdrawn request": { type: "control_cancel_request", request_id: "r" },
    "answer to a request of ours": {
      type: "control_response",
      response: { subtype: "success", request_id: "r", response: { a: 1 } },
    },
    "prompt's lifecycle": {
      type: "command_lifecycle",
      command_uuid: "u",
      state: "completed",
    },
  };
  for (const [name, line] of Object.entries(known)) {
    it(`is taken as it is: a ${name}`, () => {
      assert.deepEqual(parse(line), line);
    });
  }

  it("takes null for a field that was left out", () => {
    const line = { type: "system", subtype: "init", model: null, tools: null };
    assert.deepEqual(parse(line), line);
    const user = parse({
      type: "user",
      message: { content: [] },
      tool_result_meta: null,
    });
    assert.equal(user.type, "user");
  });

  it("ends a turn, with what it cost", () => {
    const result = {
      type: "result",
      subtype: "success",
      uuid: "u",
      is_error: false,
      terminal_reason: "completed",
      result: "Done.",
      total_cost_usd: 0.01,
      duration_ms: 12,
      usage: { output_tokens: 3, input_tokens: 9 },
      modelUsage: { m: { contextWindow: 200_000 } },
    };
    assert.deepEqual(parse({ ...result, num_turns: 1 }), result);
    assert.deepEqual(parse({ type: "result", subtype: "error" }), {
      type: "result",
      subtype: "error",
      is_error: false,
    });
  });

  it("that asks for something else keeps the name of it, so that it can be refused", () => {
    const requests = [
      { subtype: "mcp_message", server_name: "x" },
      // Known by name, but not in a form that could be answered.
      { subtype: "can_use_tool", tool_name: "Bash" },
    ];
    for (const request of requests) {
      assert.deepEqual(
        parse({ type: "control_request", request_id: "r", request }),
        {
          type: "control_request",
          request_id: "r",
          request: { subtype: "other", name: request.subtype },
        },
      );
    }
  });

  it("of the agent keeps its blocks; one of an unknown kind does not hide its neighbours", () => {
    const text = { type: "text", text: "Hello" };
    const thinking = { type: "thinking", thinking: "Hm" };
    const use = { type: "tool_use", id: "t", name: "Bash", input: {} };
    const line = (content: unknown) => ({
      type: "assistant",
      parent_tool_use_id: "p",
      message: { id: "msg", content },
    });
    const blocks = [
      text,
      { type: "hologram", of: "Ada" },
      { ...thinking, signature: "x" },
      { ...use, input: "not an object" },
      null,
      use,
    ];
    assert.deepEqual(parse(line(blocks)), line([text, thinking, use]));
    assert.deepEqual(parse(line("text")), line([]));
  });

  it("of the user keeps the tools' results, whatever they hold", () => {
    const result = (tool_use_id: string, content: unknown) => ({
      type: "tool_result",
      tool_use_id,
      content,
    });
    const line = (content: unknown, tool_result_meta: unknown[] = []) => ({
      type: "user",
      message: { content },
      tool_result_meta,
    });
    const given = [
      result("a", "out"),
      { type: "hologram", of: "Ada" },
      { type: "text", text: "[Request interrupted by user]" },
      { ...result("b", [{ type: "image" }]), is_error: true },
    ];
    const meta = [{ id: "b", non_execution_kind: "denied" }];
    assert.deepEqual(
      parse(line(given, meta)),
      line(
        [
          { ...result("a", "out"), is_error: false },
          { type: "text", text: "[Request interrupted by user]" },
          { ...result("b", [{ type: "image" }]), is_error: true },
        ],
        meta,
      ),
    );
  });

  it("of the user may be plain text", () => {
    const line = { type: "user", message: { content: "<local-command" } };
    assert.deepEqual(parse(line), line);
  });

  it("of an unknown kind is kept as such, with its name and its beginning", () => {
    const whatOf = (line: unknown) => {
      const parsed = parse(line);
      assert.equal(parsed.type, "unknown");
      assert.equal("text" in parsed && parsed.text, JSON.stringify(line));
      return "what" in parsed && parsed.what;
    };
    assert.equal(whatOf({ type: "weather" }), "weather");
    assert.equal(whatOf({ type: "system", subtype: "rain" }), "system/rain");
    // Known by name, but not in the form that is understood.
    assert.equal(whatOf({ type: "result" }), "result");
    const event = { type: "message_pause" };
    assert.equal(whatOf({ type: "stream_event", event }), "stream_event");
    assert.equal(whatOf({ type: "unknown" }), "unknown");
    assert.equal(whatOf({ type: "toString" }), "toString");
  });

  it("of an unknown kind is not kept whole when it is long", () => {
    const line = parse({ type: "weather", of: "x".repeat(10_000) });
    assert.equal(line.type === "unknown" && line.text.length, 2_000);
  });

  it("that is no object of ours is unknown, too", () => {
    for (const text of [
      "",
      "Warning: slow",
      '{"type":"resu',
      "[]",
      "1",
      "{}",
    ]) {
      assert.deepEqual(parseWireLine(text), {
        type: "unknown",
        what: "no JSON",
        text,
      });
    }
  });

  it("is never fatal, whatever it is", () => {
    const type = fc.constantFrom(
      ...["system", "stream_event", "assistant", "user", "result"],
      ...["control_request", "control_response", "command_lifecycle"],
    );
    const line = fc
      .tuple(type, fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue())
      .map(([name, others, message]) => ({
        ...others,
        ...{ type: name, message, event: message, request: message },
      }));
    fc.assert(
      fc.property(fc.oneof(line, fc.jsonValue()), (value) => {
        assert.equal(typeof parse(value).type, "string");
      }),
    );
  });
});

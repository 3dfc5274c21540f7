// @ts-check
// Output of the CLI's, made up line by line with all the fields that it has, since the fixtures are trimmed.
import { randomUUID } from "node:crypto";

const session_id = randomUUID();
const words =
  "The quick brown fox jumps over the lazy dog, and then it says “once more” — ";

/** @param {number} length */
const prose = (length) =>
  words.repeat(Math.ceil(length / words.length)).slice(0, length);

/** @param {number} length */
const code = (length) =>
  Array.from(
    { length: Math.ceil(length / 60) },
    (_, index) =>
      `  const value${index} = compute("${index}", { deep: true });`,
  ).join("\n");

const envelope = () => ({
  session_id,
  parent_tool_use_id: null,
  uuid: randomUUID(),
});

/** @param {string} id */
const streamOf = (id) => (/** @type {object} */ event) => ({
  type: "stream_event",
  event,
  ...envelope(),
  api_message_id: id,
});

const usage = {
  input_tokens: 100,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 12_000,
  output_tokens: 1,
  service_tier: "standard",
};

/**
 * @param {string} id
 * @param {object[]} content
 */
const message = (id, content) => ({
  id,
  type: "message",
  role: "assistant",
  model: "claude-opus-5-5",
  content,
  stop_reason: null,
  stop_sequence: null,
  usage,
});

/**
 * A text that comes in pieces of a few words, as a model's does.
 * @param {number} deltas
 */
export function streamedText(deltas) {
  const id = `msg_${randomUUID()}`;
  const stream = streamOf(id);
  const text = prose(24);
  return [
    { type: "system", subtype: "status", status: "requesting", ...envelope() },
    stream({ type: "message_start", message: message(id, []) }),
    stream({
      type: "content_block_start",
      index: 0,
      content_block: { type: "text", text: "" },
    }),
    ...Array.from({ length: deltas }, () =>
      stream({
        type: "content_block_delta",
        index: 0,
        delta: { type: "text_delta", text },
      }),
    ),
    {
      type: "assistant",
      message: message(id, [{ type: "text", text: text.repeat(deltas) }]),
      ...envelope(),
      timestamp: new Date(0).toISOString(),
      request_id: `req_${id}`,
    },
    stream({ type: "content_block_stop", index: 0 }),
    stream({
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 20 },
    }),
    stream({ type: "message_stop" }),
  ];
}

/**
 * @param {string} name
 * @param {object} input
 * @param {string} content
 * @param {unknown} details
 */
function tool(name, input, content, details) {
  const id = `toolu_${randomUUID()}`;
  const use = { type: "tool_use", id, name, input };
  const result = { tool_use_id: id, type: "tool_result", content };
  return [
    {
      type: "assistant",
      message: message(`msg_${id}`, [use]),
      ...envelope(),
    },
    {
      type: "user",
      message: { role: "user", content: [{ ...result, is_error: false }] },
      ...envelope(),
      timestamp: new Date(0).toISOString(),
      tool_use_result: details,
      tool_result_meta: [
        { id, permission_decision: { decision: "accept", source: "config" } },
      ],
    },
  ];
}

/** @param {number} length */
export function command(length) {
  const stdout = prose(length);
  const details = { stdout, stderr: "", interrupted: false, isImage: false };
  return tool("Bash", { command: "npm test" }, stdout, details);
}

/** A turn: the agent looks at a file, changes it, runs a command, and speaks in between. */
export function turn() {
  const file = "/workspace/src/value.ts";
  const content = code(20_000);
  const lines = Array.from({ length: 7 }, (_, index) => ` line ${index}`);
  const hunk = { oldStart: 1, oldLines: 7, newStart: 1, newLines: 7, lines };
  return [
    ...streamedText(60),
    ...tool("Read", { file_path: file }, content, {
      type: "text",
      file: { filePath: file, content, numLines: 300 },
    }),
    ...streamedText(60),
    ...tool(
      "Edit",
      { file_path: file, old_string: prose(300), new_string: prose(300) },
      `The file ${file} has been updated.`,
      { filePath: file, originalFile: content, structuredPatch: [hunk] },
    ),
    ...command(4_000),
    ...streamedText(200),
    {
      type: "result",
      subtype: "success",
      is_error: false,
      total_cost_usd: 0.01,
      duration_ms: 1000,
      usage,
      result: prose(500),
      ...envelope(),
    },
  ];
}

/**
 * Bytes in the chunks that a pipe gives: 64 KB, wherever that cuts.
 * @param {() => object[]} make Some lines; called until there are enough.
 * @param {number} megabytes
 */
export function chunks(make, megabytes) {
  const size = megabytes * 1e6;
  const parts = [];
  for (let length = 0; length < size;) {
    const text = make().map((line) => `${JSON.stringify(line)}\n`);
    const bytes = Buffer.from(text.join(""));
    parts.push(bytes);
    length += bytes.length;
  }
  const all = Buffer.concat(parts);
  const chunkLength = 64 * 1024;
  return Array.from(
    { length: Math.ceil(all.length / chunkLength) },
    (_, index) => all.subarray(index * chunkLength, (index + 1) * chunkLength),
  );
}

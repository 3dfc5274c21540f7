// @ts-check
// Writes an answer in the two forms of the Messages API: a stream of server-sent events, or one JSON message.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

/** @typedef {import('./blocks.mjs').AnswerBlock} AnswerBlock */
/** @typedef {import('node:http').ServerResponse} Response */

const model = "scripted-model";

/**
 * @param {Response} response
 * @param {AnswerBlock[]} blocks
 * @param {{inputTokens: number, gone: AbortSignal, gate: (name: string) => Promise<void>, headers: Record<string, string>}} context
 *   `gone` is aborted when the reader went away; `gate` resolves then, or when that gate is opened.
 */
export async function streamMessage(response, blocks, context) {
  const { inputTokens, gone, gate, headers } = context;
  response.writeHead(200, {
    ...headers,
    "content-type": "text/event-stream",
    "request-id": `req_${randomUUID()}`,
  });
  const send = sender(response, gone);
  const usage = { input_tokens: inputTokens, output_tokens: 1 };
  await send({ type: "message_start", message: envelope([], null, usage) });
  for (const [index, block] of blocks.entries()) {
    await send({
      type: "content_block_start",
      index,
      content_block: emptyBlock(block),
    });
    for (const part of partsOf(block)) {
      if (typeof part === "string" || "type" in part)
        await send({
          type: "content_block_delta",
          index,
          delta: delta(part, block),
        });
      else if ("waitMs" in part)
        await delay(part.waitMs, undefined, { signal: gone });
      else if ("gate" in part) await gate(part.gate);
      else return void response.end(event(errorBody(part.break)));
      if (gone.aborted) return;
    }
    await send({ type: "content_block_stop", index });
  }
  const stop = { stop_reason: stopReason(blocks), stop_sequence: null };
  const output_tokens = outputTokens(blocks);
  await send({ type: "message_delta", delta: stop, usage: { output_tokens } });
  await send({ type: "message_stop" });
  response.end();
}

/**
 * @param {AnswerBlock[]} blocks
 * @param {number} inputTokens
 */
export function wholeMessage(blocks, inputTokens) {
  const content = blocks.map((block) => {
    if (block.type === "tool_use") {
      return useOf(block);
    }
    const whole = textOf(block);
    return block.type === "text"
      ? { type: "text", text: whole }
      : { type: "thinking", thinking: whole, signature: "scripted" };
  });
  return envelope(content, stopReason(blocks), {
    input_tokens: inputTokens,
    output_tokens: outputTokens(blocks),
  });
}

/** @param {string} type As the API names its errors. */
export function errorBody(type) {
  const message = `The scripted model was told to answer with ${type}.`;
  return { type: "error", error: { type, message } };
}

/**
 * @param {unknown[]} content
 * @param {string | null} stop_reason
 * @param {{input_tokens: number, output_tokens: number}} usage
 */
function envelope(content, stop_reason, usage) {
  const id = `msg_${randomUUID().replaceAll("-", "").slice(0, 24)}`;
  const fixed = { type: "message", role: "assistant", model };
  return { id, ...fixed, content, stop_reason, stop_sequence: null, usage };
}

/**
 * @param {Response} response
 * @param {AbortSignal} gone
 */
function sender(response, gone) {
  /** @param {{type: string, [field: string]: unknown}} data */
  return async (data) => {
    // A huge answer must not pile up in memory.
    if (!response.write(event(data)))
      await once(response, "drain", { signal: gone });
  };
}

/** @param {{type: string}} data */
const event = (data) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** @param {Extract<AnswerBlock, {type: 'tool_use'}>} block */
const useOf = ({ type, id, name, input }) => ({ type, id, name, input });

/** @param {AnswerBlock} block */
function emptyBlock(block) {
  if (block.type === "tool_use") {
    return { ...useOf(block), input: {} };
  }
  if (block.type === "text") return { type: "text", text: "" };
  return { type: "thinking", thinking: "", signature: "" };
}

const signature = { type: /** @type {const} */ ("signature_delta") };

/**
 * @param {AnswerBlock} block
 * @returns {(import('./blocks.mjs').Part | typeof signature)[]}
 */
function partsOf(block) {
  if (block.type === "tool_use") {
    // In two pieces, as a real model's input comes in many; no path is cut.
    const json = JSON.stringify(block.input);
    const cut = json.indexOf(":") + 1;
    const halves = [json.slice(0, cut), json.slice(cut)];
    return block.broken ? [halves[0] ?? "", { break: block.broken }] : halves;
  }
  return block.type === "thinking" ? [...block.parts, signature] : block.parts;
}

/**
 * @param {string | typeof signature} part
 * @param {AnswerBlock} block
 */
function delta(part, block) {
  if (typeof part !== "string") return { ...part, signature: "scripted" };
  if (block.type === "text") return { type: "text_delta", text: part };
  if (block.type === "thinking")
    return { type: "thinking_delta", thinking: part };
  return { type: "input_json_delta", partial_json: part };
}

/** @param {AnswerBlock[]} blocks */
const stopReason = (blocks) =>
  blocks.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn";

/** @param {AnswerBlock[]} blocks */
const outputTokens = (blocks) =>
  Math.ceil(blocks.map(textOf).join("").length / 4);

/** @param {AnswerBlock} block */
function textOf(block) {
  if (block.type === "tool_use") return JSON.stringify(block.input);
  return block.parts.filter((part) => typeof part === "string").join("");
}

// @ts-check
// What an answer is made of, and the short ways to make one.
import { randomUUID } from "node:crypto";
import path from "node:path";

/** @typedef {import('./request.mjs').Situation} Situation */

/**
 * A piece of a streamed block: text, or something that happens between two texts.
 * @typedef {string | {waitMs: number} | {gate: string} | {break: string}} Part
 */

/**
 * `broken` breaks the stream off in the middle of the tool's input.
 * @typedef {{type: 'text' | 'thinking', parts: Part[]}
 *   | {type: 'tool_use', id: string, name: string, input: Record<string, unknown>, broken?: string}} AnswerBlock
 */

/**
 * `inputTokens`: what the request is said to have been worth, where it is not to be counted.
 * `rateLimit`: whether the answer has the headers that a subscription's limits are told in.
 * @typedef {{kind: 'message', blocks: AnswerBlock[], inputTokens?: number, rateLimit?: boolean}
 *   | {kind: 'error', status: number, once: boolean}
 *   | {kind: 'hang'}} Answer
 */

/**
 * @param {...AnswerBlock} blocks
 * @returns {Answer}
 */
export function message(...blocks) {
  return { kind: "message", blocks };
}

/**
 * @param {string} whole
 * @returns {AnswerBlock}
 */
export function text(whole) {
  return { type: "text", parts: [whole] };
}

/**
 * @param {string} name
 * @param {Record<string, unknown>} input
 * @returns {AnswerBlock}
 */
export function use(name, input) {
  const id = `toolu_${randomUUID().replaceAll("-", "").slice(0, 24)}`;
  return { type: "tool_use", id, name, input };
}

/** @param {string} command */
export const bash = (command) =>
  use("Bash", { command: command.trim(), description: "Run a command" });

/**
 * @param {string} file
 * @param {string} old
 * @param {string} replacement
 */
export const edit = (file, old, replacement) =>
  use("Edit", { file_path: file, old_string: old, new_string: replacement });

/**
 * The file tools take absolute paths only.
 * @param {string} file
 * @param {Situation} situation
 */
export function absolute(file, situation) {
  return path.resolve(situation.cwd ?? "/", file.trim());
}

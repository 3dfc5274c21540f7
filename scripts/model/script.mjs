// @ts-check
// Chooses what the scripted model answers. A MOCK word in the last prompt says it exactly, for tests;
// without one the demonstration in demo.mjs answers. Pure: the server in ../lib/scriptedModel.mjs acts it out.
import { absolute, bash, edit, message, text, use } from "./blocks.mjs";
import { demoAnswer, demoFollowUp } from "./demo.mjs";
import { tellOutcome } from "./outcome.mjs";

/** @typedef {import('./request.mjs').Situation} Situation */

/** @typedef {import('./blocks.mjs').Answer} Answer */
/** @typedef {import('./blocks.mjs').Part} Part */

/**
 * @param {Situation} situation
 * @returns {Answer}
 */
export function chooseAnswer(situation) {
  if (situation.sideErrand) return message(text(errands[situation.sideErrand]));
  if (situation.isNotified)
    return message(text("The task in the background has ended."));
  const word = /MOCK:(\w+)(?:=(.*))?/.exec(situation.prompt);
  const [, name = "", argument = ""] = word ?? [];
  const answer = word && mockWords[name];
  if (word && !answer) return message(text(`There is no MOCK:${name}.`));
  if (situation.outcomes.length > 0) {
    const next = word
      ? followUps[name]?.(argument, situation)
      : demoFollowUp(situation);
    return next || message(text(tellOutcome(situation)));
  }
  return answer ? answer(argument, situation) : demoAnswer(situation);
}

const errands = {
  title: '{"title":"Scripted conversation","isNewTopic":false}',
  summary: "<summary>A conversation with the scripted model.</summary>",
  quota: "ok",
};

/** @type {Record<string, (argument: string, situation: Situation) => Answer>} */
const mockWords = {
  chunks: (argument) => {
    const [count = 1, waitMs = 0] = argument.split(",").map(Number);
    return message({ type: "text", parts: chunks(count, waitMs) });
  },
  think: () =>
    message(
      { type: "thinking", parts: ["Let me think. ", "I have thought."] },
      text("I thought before I answered."),
    ),
  bash: (command) => message(bash(command)),
  two: (argument) => message(...argument.split("|").map(bash)),
  write: (file, situation) =>
    message(use("Write", written(absolute(file, situation)))),
  read: (file, situation) =>
    message(use("Read", { file_path: absolute(file, situation) })),
  // The CLI refuses to edit a file that was not read in the session.
  edit: (argument, situation) =>
    message(
      use("Read", { file_path: absolute(fields(argument)[0], situation) }),
    ),
  use: (call) => message(used(call)),
  steps: (calls, situation) => step(calls, situation) ?? message(),
  usage: (tokens) => ({
    ...message(text("That was a long story.")),
    inputTokens: Number(tokens),
  }),
  ratelimit: () => ({ ...message(text("Nearly used up.")), rateLimit: true }),
  err: (status) => ({ kind: "error", status: Number(status), once: false }),
  err1: (status) => ({ kind: "error", status: Number(status), once: true }),
  midstream: () =>
    message({
      type: "text",
      parts: ["Half an answer", { break: "overloaded_error" }, " made whole."],
    }),
  midtool: (command) => message(brokenOff(bash(command))),
  hang: () => ({ kind: "hang" }),
  huge: (kilobytes) =>
    message({ type: "text", parts: paragraphs(Number(kilobytes)) }),
  gate: (name) =>
    message({
      type: "text",
      parts: ["The first half. ", { gate: name.trim() }, "The second half."],
    }),
};

/**
 * What comes after a tool's result; else it is only told.
 * @type {Record<string, (argument: string, situation: Situation) => Answer | undefined>}
 */
const followUps = { edit: afterRead, steps: step };

/**
 * @param {import('./blocks.mjs').AnswerBlock} block
 * @returns {import('./blocks.mjs').AnswerBlock}
 */
const brokenOff = (block) =>
  block.type === "tool_use" ? { ...block, broken: "api_error" } : block;

/**
 * Any tool: its name, a space, its input as JSON.
 * @param {string} call
 */
function used(call) {
  const [name = ""] = call.split(" ", 1);
  return use(name, JSON.parse(call.slice(name.length)));
}

/**
 * Several tools one after the other, separated by " ; ".
 * @param {string} calls
 * @param {Situation} situation
 * @returns {Answer | undefined}
 */
function step(calls, { rounds }) {
  const call = calls.split(" ; ")[rounds];
  return call === undefined ? undefined : message(used(call.trim()));
}

/**
 * @param {string} argument
 * @param {Situation} situation
 * @returns {Answer | undefined}
 */
function afterRead(argument, situation) {
  const [outcome] = situation.outcomes;
  if (outcome?.name !== "Read" || outcome.isError) return undefined;
  const [file, old, replacement] = fields(argument);
  return message(edit(absolute(file, situation), old, replacement));
}

/**
 * @param {string} argument
 * @returns {[string, string, string]}
 */
function fields(argument) {
  const [file = "", old = "", replacement = ""] = argument.split("|");
  return [file, old, replacement];
}

/** @param {string} file */
const written = (file) => ({
  file_path: file,
  content: `Written by the scripted model.\n`,
});

/**
 * Numbered, so that a test can see what was lost or doubled.
 * @param {number} count
 * @param {number} waitMs
 * @returns {Part[]}
 */
function chunks(count, waitMs) {
  return Array.from({ length: count }, (_, index) => {
    const chunk = `chunk ${index + 1} of ${count}. `;
    return index > 0 && waitMs > 0 ? [{ waitMs }, chunk] : [chunk];
  }).flat();
}

/** @param {number} kilobytes */
function paragraphs(kilobytes) {
  return Array.from({ length: kilobytes }, (_, index) =>
    `kilobyte ${index + 1} of ${kilobytes} `.padEnd(1022, ".").concat("\n\n"),
  );
}

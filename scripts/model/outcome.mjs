// @ts-check
// The words with which the scripted model reports what its tools did.

/** @typedef {import('./request.mjs').ToolOutcome} ToolOutcome */

/**
 * @param {import('./request.mjs').Situation} situation
 * @returns {string} What a model would say about the tools that have come back.
 */
export function tellOutcome({ outcomes, meanwhile }) {
  const told = outcomes.map(tellOne);
  if (meanwhile) told.push(`Meanwhile you said: ${meanwhile}`);
  return told.join("\n\n");
}

/** @param {ToolOutcome} outcome */
function tellOne(outcome) {
  const said = outcome.text.replace(/<\/?tool_use_error>/g, "");
  const { todo, done } = deedOf(outcome);
  if (!outcome.isError) return `Done: ${done}.${quoted(outcome)}`;
  const tried = /^Exit code|<tool_use_error>|^Error|^File does not exist/;
  return tried.test(outcome.text)
    ? `I tried to ${todo}, and it did not work: ${said}`
    : `I was not allowed to ${todo}: ${said}`;
}

/**
 * @param {ToolOutcome} outcome
 * @returns {string} What a tool printed, for the tools whose output is of interest to the reader.
 */
function quoted({ name, text }) {
  if (name === "AskUserQuestion") return ` ${text}`;
  const dull = text === "" || text.startsWith("(Bash completed");
  if (dull || (name !== "Bash" && name !== "Read")) return "";
  return `\n\n\`\`\`\n${text.slice(0, 2000)}\n\`\`\``;
}

/**
 * @param {ToolOutcome} outcome
 * @returns {{todo: string, done: string}}
 */
function deedOf({ name, input }) {
  const file = `\`${String(input["file_path"])}\``;
  const command = `\`${String(input["command"])}\``;
  switch (name) {
    case "Bash":
      return { todo: `run ${command}`, done: `I ran ${command}` };
    case "Write":
      return { todo: `write ${file}`, done: `I wrote ${file}` };
    case "Edit":
      return { todo: `edit ${file}`, done: `I edited ${file}` };
    case "Read":
      return { todo: `read ${file}`, done: `I read ${file}` };
    case "AskUserQuestion":
      return { todo: "ask you", done: "I asked you" };
    default:
      return { todo: `use ${name}`, done: `I used ${name}` };
  }
}

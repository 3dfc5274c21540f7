// @ts-check
// Reads what matters out of a Messages API request of the Claude CLI: the last prompt, the tool results
// after it, and the working directory. What it does not recognise it leaves alone.

/**
 * @typedef {object} Block
 * @property {string} type
 * @property {string} [text]
 * @property {string} [id]
 * @property {string} [name]
 * @property {Record<string, unknown>} [input]
 * @property {string} [tool_use_id]
 * @property {string | Block[]} [content]
 * @property {boolean} [is_error]
 */

/** @typedef {{role: string, content: string | Block[]}} Message */

/**
 * @typedef {object} ModelRequest
 * @property {Message[]} messages
 * @property {string | Block[]} [system]
 * @property {unknown[]} [tools]
 * @property {boolean} [stream]
 * @property {number} [max_tokens]
 * @property {{user_id?: string}} [metadata]
 */

/** @typedef {{name: string, input: Record<string, unknown>, text: string, isError: boolean}} ToolOutcome */

/**
 * @typedef {object} Situation
 * @property {string} prompt What the user said last, without the CLI's reminders; may be long past.
 * @property {ToolOutcome[]} outcomes What came back from the tools asked for last; empty when the prompt is new.
 * @property {number} rounds How many times it has asked for tools since the prompt.
 * @property {boolean} isNotified The CLI tells it that a task in the background has ended.
 * @property {string | undefined} meanwhile What the user said while the tools ran: the CLI folds it into the turn.
 * @property {string | undefined} cwd
 * @property {'title' | 'summary' | 'quota' | undefined} sideErrand What the CLI asks for on its own account.
 */

/**
 * @param {ModelRequest} request
 * @returns {Situation}
 */
export function readRequest(request) {
  const { messages } = request;
  const promptAt = messages.findLastIndex(
    (message) => promptOf(message) !== "",
  );
  const prompt = promptAt < 0 ? "" : promptOf(at(messages, promptAt));
  const since = messages.slice(promptAt + 1);
  const lastUser = since.findLast((message) => message.role === "user");
  const results = lastUser ? blocksOf(lastUser, "tool_result") : [];
  return {
    prompt,
    outcomes: results.map((result) => outcomeOf(result, messages)),
    rounds: since.filter((message) => blocksOf(message, "tool_use").length > 0)
      .length,
    isNotified: textOf(messages.at(-1)?.content).includes(
      "<task-notification>",
    ),
    meanwhile: saidMeanwhile(since.at(-1)),
    cwd: workingDirectory(request),
    sideErrand: sideErrandOf(request, prompt),
  };
}

/**
 * @param {Message[]} messages
 * @param {number} index
 * @returns {Message}
 */
const at = (messages, index) =>
  messages[index] ?? { role: "user", content: "" };

/** @param {Message} message */
function promptOf(message) {
  if (message.role !== "user") return "";
  const texts =
    typeof message.content === "string"
      ? [message.content]
      : message.content.map((block) => block.text ?? "");
  return texts.map(withoutNotes).findLast((text) => text !== "") ?? "";
}

/**
 * The CLI adds notes of its own to what the user said.
 * @param {string} text
 */
function withoutNotes(text) {
  return text
    .replace(/<system-reminder>[\s\S]*?<\/system-reminder>/g, "")
    .replace(/^\[Request interrupted by user[^\]]*\]$/gm, "")
    .replace(/^\[Image: [^\]]*\]$/gm, "")
    .trim();
}

/**
 * @param {Message} message
 * @param {string} type
 * @returns {Block[]}
 */
function blocksOf(message, type) {
  if (typeof message.content === "string") return [];
  return message.content.filter((block) => block.type === type);
}

/**
 * @param {Block} result
 * @param {Message[]} messages
 * @returns {ToolOutcome}
 */
function outcomeOf(result, messages) {
  const use = messages
    .flatMap((message) => blocksOf(message, "tool_use"))
    .findLast((block) => block.id === result.tool_use_id);
  return {
    name: use?.name ?? "tool",
    input: use?.input ?? {},
    text: withoutNotes(textOf(result.content)),
    isError: result.is_error === true,
  };
}

/** @param {string | Block[] | undefined} content */
function textOf(content) {
  if (content === undefined || typeof content === "string")
    return content ?? "";
  return content.map((block) => block.text ?? "").join("\n");
}

/** @param {Message | undefined} last */
function saidMeanwhile(last) {
  const found =
    /^The user sent a new message while you were working:\n([\s\S]*?)(\n\nThis is how|$)/;
  return last ? found.exec(textOf(last.content))?.[1]?.trim() : undefined;
}

/**
 * The CLI tells the model where it is in a system block, or in a system message among the others.
 * @param {ModelRequest} request
 */
function workingDirectory(request) {
  const told = [
    ...request.messages
      .filter((message) => message.role !== "assistant")
      .map((message) => textOf(message.content))
      .reverse(),
    textOf(request.system),
  ];
  for (const text of told) {
    const found = /working directory: (.+)$/im.exec(text);
    if (found) return found[1]?.trim();
  }
  return undefined;
}

/**
 * @param {ModelRequest} request
 * @param {string} prompt
 * @returns {Situation['sideErrand']}
 */
function sideErrandOf(request, prompt) {
  if (request.max_tokens === 1) return "quota";
  const task = prompt.slice(0, 1000);
  if (/your task is to create a (detailed )?summary/i.test(task))
    return "summary";
  if (request.tools && request.tools.length > 0) return undefined;
  const system = textOf(request.system);
  if (/\b(title|topic)\b/i.test(system)) return "title";
  return /summari[sz]/i.test(system) ? "summary" : undefined;
}

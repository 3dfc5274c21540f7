// @ts-check
/** Transcripts as the CLI writes them: made up, the same at every run. */
import {
  closeSync,
  mkdirSync,
  openSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";

const averageBytes = 2e6;
/** Few are long and many are short; together 2 GB. Shares of the average. */
const sizes = [0.03, 0.1, 0.1, 0.2, 0.3, 0.5, 0.77, 1, 2, 5];

/**
 * @param {string} projects
 * @param {string} work The folder that the agent worked in.
 */
export function writeTranscripts(projects, work) {
  const folder = path.join(projects, work.replace(/[^a-zA-Z0-9]/g, "-"));
  mkdirSync(folder, { recursive: true });
  const middle = Buffer.from(text(conversation(work, "middle", 1e6)));
  for (let number = 0; number < 1000; number++) {
    const id = uuid(number, 0);
    const share = sizes[number % sizes.length] ?? 1;
    const file = openSync(path.join(folder, `${id}.jsonl`), "w");
    writeSync(file, text(conversation(work, `Task ${number}`, 5e4)));
    for (let left = share * averageBytes; left > 0; left -= middle.length)
      writeSync(file, middle, 0, Math.min(left, lineEnd(middle, left)));
    writeSync(file, text(conversation(work, "the last one", 6e4)));
    if (number % 3 === 0)
      writeSync(file, text([named(`Conversation ${number}`, id)]));
    closeSync(file);
  }
}

/**
 * @param {string} file
 * @param {number} bytes
 */
export function writeLongTranscript(file, bytes) {
  writeFileSync(file, text(conversation("/work", "A long task", bytes)));
}

/**
 * Turns of a prompt, four calls and an answer, with the kinds of lines between
 * them that are not shown; each hangs on the one before.
 * @param {string} cwd
 * @param {string} prompt
 * @param {number} bytes
 */
function conversation(cwd, prompt, bytes) {
  /** @type {object[]} */
  const lines = [];
  let written = 0;
  let next = 0;
  /** @param {object} line */
  const add = (line) => {
    lines.push(line);
    written += JSON.stringify(line).length + 1;
  };
  /** @param {object} line */
  const hang = (line) => {
    const parentUuid = next === 0 ? null : uuid(1e6, next - 1);
    const timestamp = new Date(Date.UTC(2026, 0, 1) + next * 1e3).toISOString();
    const own = { uuid: uuid(1e6, next++), timestamp, cwd, version: "2.1.329" };
    add({ parentUuid, isSidechain: false, ...line, ...own });
  };
  for (let turn = 0; written < bytes; turn++) {
    hang(user([{ type: "text", text: turn ? `${prompt}, ${turn}` : prompt }]));
    hang({ attachment: { type: "date", rendered: words(1_000, turn) } });
    for (let call = 0; call < 4; call++) {
      const id = `toolu_${turn}_${call}`;
      add({ type: "api-request-blob", message: words(3_000, call) });
      const input = { command: words(200, turn + call) };
      hang(assistant(`${turn}_${call}`, { type: "tool_use", id, input }));
      // A long result now and then, as of a large file or a picture.
      const length = (turn * 4 + call) % 200 === 199 ? 2e6 : 500 << (call * 2);
      const content = words(length, turn);
      hang(user([{ type: "tool_result", tool_use_id: id, content }]));
    }
    hang(assistant(`${turn}`, { type: "text", text: words(1_500, turn) }));
    add({
      type: "last-prompt",
      lastPrompt: prompt,
      leafUuid: uuid(1e6, next - 1),
    });
    add({ type: "cost-state", totalCostUSD: turn });
  }
  return lines;
}

/** @param {object[]} content */
const user = (content) => ({
  type: "user",
  message: { role: "user", content },
});

/**
 * @param {string} id
 * @param {object} block
 */
const assistant = (id, block) => ({
  message: { id: `msg_${id}`, role: "assistant", content: [block] },
  type: "assistant",
});

/**
 * @param {string} customTitle
 * @param {string} sessionId
 */
const named = (customTitle, sessionId) => ({
  type: "custom-title",
  customTitle,
  sessionId,
});

const source =
  'The quick brown fox reads a file,\nruns "npm test" and says: 42 passing — done. '.repeat(
    100,
  );

/**
 * @param {number} length
 * @param {number} seed
 */
function words(length, seed) {
  const shift = (seed * 37) % 80;
  return source
    .slice(shift)
    .repeat(Math.ceil(length / 7000))
    .slice(0, length);
}

/** @param {unknown[]} lines */
const text = (lines) =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/**
 * @param {number} high
 * @param {number} low
 */
const uuid = (high, low) =>
  `${String(high).padStart(8, "0")}-0000-4000-8000-${String(low).padStart(12, "0")}`;

/**
 * Where the last whole line within so many bytes ends.
 * @param {Buffer} bytes
 * @param {number} limit
 */
const lineEnd = (bytes, limit) =>
  bytes.lastIndexOf("\n", Math.min(limit, bytes.length) - 1) + 1 ||
  bytes.length;

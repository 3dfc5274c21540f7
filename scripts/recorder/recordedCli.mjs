// @ts-check
// Runs the real CLI and keeps every line that goes in and comes out, for scripts/record.mjs.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";

/** @typedef {{t: number, dir: 'in' | 'out' | 'end', data: any}} RecordedLine */

/**
 * @typedef {object} Circumstances
 * @property {string} path Of the CLI.
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {RecordedLine[]} lines Where the lines go; several processes may share them.
 * @property {string[]} [more] Arguments besides those that every conversation has.
 * @property {boolean} [isAlone] Nobody is there to be asked for permission.
 */

/** As src/cli/arguments.ts has them. */
const fixedArguments = [
  "--print",
  "--verbose",
  "--input-format",
  "stream-json",
  "--output-format",
  "stream-json",
  "--include-partial-messages",
];
const asksUs = ["--permission-prompt-tool", "stdio"];

/** How long a line may take before the recording has failed. */
const limitMs = 30_000;

export class RecordedCli {
  /** @type {Set<(line: RecordedLine) => void>} */
  #watchers = new Set();
  #startedMs = performance.now();
  #lines;
  #child;

  /**
   * @param {Circumstances} circumstances
   * @param {'--session-id' | '--resume'} how
   * @param {string} session
   */
  constructor({ path, cwd, env, lines, more = [], isAlone }, how, session) {
    this.#lines = lines;
    const asks = isAlone ? [] : asksUs;
    const args = [...fixedArguments, ...asks, ...more, how, session];
    this.#child = spawn(path, args, {
      cwd,
      env,
      stdio: ["pipe", "pipe", "ignore"],
    });
    createInterface({ input: this.#child.stdout }).on("line", (text) =>
      this.#keep("out", JSON.parse(text)),
    );
    this.ended = this.next(({ dir }) => dir === "end");
    this.#child.on("close", (code, signal) =>
      this.#keep("end", { code, signal }),
    );
    this.request({ subtype: "initialize", hooks: {} });
  }

  /**
   * @param {string} text
   * @param {unknown[]} [images] Image blocks.
   */
  prompt(text, images = []) {
    const uuid = randomUUID();
    // The text last: the CLI adds words of its own to an image that ends a prompt.
    const content = [...images, { type: "text", text }];
    this.#write({
      type: "user",
      message: { role: "user", content },
      parent_tool_use_id: null,
      session_id: "",
      uuid,
    });
    return {
      /** Resolves when the turn is over. */
      done: this.next(
        ({ data }) =>
          data.type === "command_lifecycle" &&
          data.command_uuid === uuid &&
          ["completed", "cancelled"].includes(data.state),
      ),
    };
  }

  /** @param {Record<string, unknown>} request */
  request(request) {
    this.#write({ type: "control_request", request_id: randomUUID(), request });
  }

  /**
   * Waits for the next ask and answers it.
   * @param {(input: unknown) => Record<string, unknown>} decide
   */
  async answer(decide) {
    const { data } = await this.asked();
    this.#write({
      type: "control_response",
      response: {
        subtype: "success",
        request_id: data.request_id,
        response: decide(data.request.input),
      },
    });
  }

  asked() {
    return this.next(
      ({ data }) =>
        data.type === "control_request" &&
        data.request.subtype === "can_use_tool",
    );
  }

  /** The next piece of streamed text. */
  delta() {
    return this.next(({ data }) => data.event?.type === "content_block_delta");
  }

  /** @param {string} type Of the next line to wait for, or its subtype. */
  said(type) {
    return this.next(
      ({ dir, data }) =>
        dir === "out" && (data.type === type || data.subtype === type),
    );
  }

  /**
   * @param {(line: RecordedLine) => boolean} isIt
   * @returns {Promise<RecordedLine>} The first line from now on that fits.
   */
  next(isIt) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Not seen in ${limitMs} ms: ${String(isIt)}`)),
        limitMs,
      );
      /** @param {RecordedLine} line */
      const watch = (line) => {
        if (!isIt(line) && line.dir !== "end") return;
        clearTimeout(timer);
        this.#watchers.delete(watch);
        if (isIt(line)) resolve(line);
        else reject(new Error(`The CLI ended before: ${String(isIt)}`));
      };
      this.#watchers.add(watch);
    });
  }

  async kill() {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  async end() {
    this.#child.stdin.end();
    await this.ended;
  }

  /** @param {Record<string, unknown>} line */
  #write(line) {
    this.#keep("in", line);
    this.#child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  /**
   * @param {RecordedLine['dir']} dir
   * @param {any} data
   */
  #keep(dir, data) {
    const t = Math.round(performance.now() - this.#startedMs);
    const line = { t, dir, data };
    this.#lines.push(line);
    for (const watch of [...this.#watchers]) watch(line);
  }
}

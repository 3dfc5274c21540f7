import { appendFileSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/**
 * A CLI that does what a script says, as a process of its own: started by
 * scriptedCli.ts, which bundles this file. Whatever it reads is appended to a
 * log that the test reads.
 */

/** What happens in a turn, one after the other. */
type Step =
  | { do: "say"; line: Record<string, unknown> }
  /** A whole message of the agent's. */
  | { do: "text"; text: string; id?: string }
  /** The text's line in two writes, of which the first ends inside a character. */
  | { do: "splitText"; text: string }
  /** As it is, without a newline. */
  | { do: "raw"; text: string }
  /** Asks for the use of a tool, and waits for the answer, which it then tells in a text. */
  | { do: "ask"; id: string; command: string }
  /** Waits for the answer to any other request. */
  | { do: "request"; id: string; request: Record<string, unknown> }
  /** Takes back a request. */
  | { do: "cancel"; id: string }
  /** Lets the prompts that wait take part in this turn, as between two tools. */
  | { do: "fold" }
  /** Works on until it is interrupted. */
  | { do: "hang" }
  | { do: "exit"; code: number; stderr?: string }
  | { do: "kill"; signal: NodeJS.Signals };

export interface RunScript {
  /** Before it reads anything. */
  first?: Step[];
  /** Whether it answers `initialize`. */
  isReady?: boolean;
  /** The steps of each turn; a turn that is not told of answers with the prompt's text. */
  turns?: Step[][];
  /** What it does when it has read its nth prompt (from 0), before it says that it has. */
  beforePrompt?: Record<number, Step[]>;
  /** What it answers to requests of these kinds; else it says yes. */
  refuses?: Record<string, string>;
  /** What it answers to `initialize`. */
  greeting?: Message;
  /** What it does on its own once this many turns have ended. */
  afterTurn?: Record<number, Step[]>;
  /** Once its input has ended. */
  atInputEnd?: Step[];
  hasLifecycle?: boolean;
  /** What does not move it. */
  ignores?: ("interrupt" | "inputEnd" | NodeJS.Signals)[];
}

interface ProgramOptions {
  script: RunScript;
  log: string;
}

type Message = Record<string, unknown>;

interface Prompt {
  uuid: string;
  text: string;
}

/** The test writes these lines itself, or our own product does: they are what they are. */
interface InputLine {
  type: string;
  uuid?: string;
  message?: { content: { text: string }[] };
  request_id?: string;
  request?: {
    subtype: string;
    cancel_queued?: boolean;
    message_uuid?: string;
    mode?: string;
  };
  response?: { request_id: string; response?: unknown };
}

class ScriptedCliProgram {
  readonly #script: RunScript;
  readonly #answers = new Map<string, (response: unknown) => void>();
  #prompts: Prompt[] = [];
  /** Those that take part in the turn of another. */
  #folded: Prompt[] = [];
  #promptsRead = 0;
  #turns = 0;
  #isWorking = false;
  #interrupt: (() => void) | undefined;

  constructor(private readonly options: ProgramOptions) {
    this.#script = options.script;
  }

  async run(): Promise<void> {
    for (const signal of this.#script.ignores ?? []) {
      if (signal.startsWith("SIG")) {
        process.on(signal, () => this.#log({ signal }));
      }
    }
    this.#log({ started: process.argv.slice(2), pid: process.pid });
    await this.#perform(this.#script.first ?? []);
    const input = createInterface({ input: process.stdin });
    input.on("line", (text) => {
      const line = JSON.parse(text) as InputLine;
      this.#log({ in: line });
      this.#take(line);
    });
    input.on("close", () => {
      if (this.#ignores("inputEnd")) {
        setInterval(() => undefined, 60_000);
      }
      void this.#perform(this.#script.atInputEnd ?? []);
    });
  }

  #take(line: InputLine): void {
    if (line.type === "user") {
      void this.#read({
        uuid: line.uuid ?? "",
        text: line.message?.content[0]?.text ?? "",
      });
    } else if (line.type === "control_response") {
      this.#answers.get(line.response?.request_id ?? "")?.(line.response);
    } else {
      this.#takeRequest(line);
    }
  }

  async #read(prompt: Prompt): Promise<void> {
    this.#promptsRead += 1;
    const steps = this.#script.beforePrompt?.[this.#promptsRead - 1];
    if (steps) {
      await this.#perform(steps);
    }
    this.#prompts.push(prompt);
    this.#lifecycle(prompt.uuid, "queued");
    await this.#work();
  }

  #takeRequest({ request_id: id, request }: InputLine): void {
    const { subtype = "", message_uuid: uuid, mode } = request ?? {};
    const refusal = this.#script.refuses?.[subtype];
    if (refusal !== undefined) {
      const error = { subtype: "error", request_id: id, error: refusal };
      this.#say({ type: "control_response", response: error });
      return;
    }
    switch (subtype) {
      case "interrupt":
        if (!this.#ignores("interrupt")) {
          this.#takeInterrupt(id, request?.cancel_queued ?? false);
        }
        break;
      case "initialize":
        if (this.#script.isReady ?? true) {
          this.#respond(id, this.#script.greeting ?? { commands: [] });
        }
        break;
      case "cancel_async_message": {
        const isThere = this.#prompts.some((prompt) => prompt.uuid === uuid);
        this.#cancel((prompt) => prompt.uuid === uuid);
        this.#respond(id, { cancelled: isThere });
        break;
      }
      case "set_permission_mode":
        this.#respond(id, { mode });
        this.#say({ type: "system", subtype: "status", permissionMode: mode });
        break;
      default:
        this.#respond(id, {});
    }
  }

  #takeInterrupt(id: string | undefined, withQueued: boolean): void {
    for (const ask of this.#answers.keys()) {
      this.#say({ type: "control_cancel_request", request_id: ask });
    }
    this.#answers.clear();
    if (withQueued) {
      this.#cancel(() => true);
    }
    const still_queued = this.#prompts.map(({ uuid }) => uuid);
    this.#respond(id, { still_queued });
    this.#interrupt?.();
  }

  #cancel(which: (prompt: Prompt) => boolean): void {
    const cancelled = this.#prompts.filter(which);
    this.#prompts = this.#prompts.filter((prompt) => !which(prompt));
    for (const { uuid } of cancelled) {
      this.#lifecycle(uuid, "cancelled");
    }
  }

  async #work(): Promise<void> {
    if (this.#isWorking) {
      return;
    }
    this.#isWorking = true;
    for (
      let prompt = this.#prompts.shift();
      prompt;
      prompt = this.#prompts.shift()
    ) {
      await this.#turn(prompt);
    }
    this.#isWorking = false;
  }

  async #turn({ uuid, text }: Prompt): Promise<void> {
    this.#lifecycle(uuid, "started");
    this.#say({ type: "system", subtype: "init", session_id: this.#sessionId });
    const interrupted = new Promise<true>((resolve) => {
      this.#interrupt = () => resolve(true);
    });
    const steps = this.#script.turns?.[this.#turns] ?? [
      { do: "text", text: `You said: ${text}` },
    ];
    const wasInterrupted = await Promise.race([
      this.#perform(steps).then(() => false),
      interrupted,
    ]);
    this.#interrupt = undefined;
    this.#turns += 1;
    const state = wasInterrupted ? "cancelled" : "completed";
    for (const folded of this.#folded.splice(0)) {
      this.#lifecycle(folded.uuid, state);
    }
    this.#say({
      type: "result",
      subtype: wasInterrupted ? "error_during_execution" : "success",
      is_error: wasInterrupted,
      terminal_reason: wasInterrupted ? "aborted_streaming" : "completed",
    });
    this.#lifecycle(uuid, state);
    await this.#perform(this.#script.afterTurn?.[this.#turns] ?? []);
  }

  async #perform(steps: Step[]): Promise<void> {
    for (const step of steps) {
      await this.#step(step);
    }
  }

  async #step(step: Step): Promise<void> {
    switch (step.do) {
      case "say":
        this.#say(step.line);
        break;
      case "text":
        this.#text(step.text, step.id);
        break;
      case "splitText":
        await this.#splitText(step.text);
        break;
      case "raw":
        process.stdout.write(step.text);
        break;
      case "ask": {
        const { id, command } = step;
        const answer = await this.#ask(id, {
          subtype: "can_use_tool",
          tool_name: "Bash",
          input: { command },
          tool_use_id: `toolu_${id}`,
        });
        this.#text(`Answer: ${JSON.stringify(answer)}`);
        break;
      }
      case "request":
        this.#text(
          `Answer: ${JSON.stringify(await this.#ask(step.id, step.request))}`,
        );
        break;
      case "cancel":
        this.#say({ type: "control_cancel_request", request_id: step.id });
        break;
      case "fold":
        for (const prompt of this.#prompts.splice(0)) {
          this.#folded.push(prompt);
          this.#lifecycle(prompt.uuid, "started");
        }
        break;
      case "hang":
        await new Promise(() => setInterval(() => undefined, 60_000));
        break;
      case "exit":
        process.stderr.write(step.stderr ?? "");
        process.exitCode = step.code;
        // What was written is to arrive before the end.
        process.stdout.write("", () => process.exit());
        await new Promise(() => undefined);
        break;
      case "kill":
        await new Promise((done) => process.stdout.write("", done));
        process.kill(process.pid, step.signal);
        break;
    }
  }

  #ask(id: string, request: Message): Promise<unknown> {
    this.#say({ type: "control_request", request_id: id, request });
    return new Promise((resolve) => {
      this.#answers.set(id, (response) => {
        this.#answers.delete(id);
        resolve(response);
      });
    });
  }

  #text(text: string, id = `msg_${this.#turns}`): void {
    this.#say(textLine(id, text));
  }

  async #splitText(text: string): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(textLine("msg_s", text))}\n`);
    const inside = bytes.findIndex((byte) => byte > 0x7f) + 1;
    await new Promise((done) =>
      process.stdout.write(bytes.subarray(0, inside), done),
    );
    // The reader is to get them one after the other.
    await new Promise((done) => setTimeout(done, 20));
    process.stdout.write(bytes.subarray(inside));
  }

  #lifecycle(uuid: string, state: string): void {
    if (this.#script.hasLifecycle ?? true) {
      this.#say({ type: "command_lifecycle", command_uuid: uuid, state });
    }
  }

  #respond(id: string | undefined, response: Message): void {
    this.#say({
      type: "control_response",
      response: { subtype: "success", request_id: id, response },
    });
  }

  #say(message: Message): void {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  }

  #log(entry: Message): void {
    appendFileSync(this.options.log, `${JSON.stringify(entry)}\n`);
  }

  #ignores(what: string): boolean {
    return (this.#script.ignores ?? []).some((ignored) => ignored === what);
  }

  get #sessionId(): string | undefined {
    return process.argv.at(-1);
  }
}

function textLine(id: string, text: string): Message {
  return {
    type: "assistant",
    message: { id, content: [{ type: "text", text }] },
  };
}

const options = JSON.parse(
  readFileSync(String(process.env["FAILPROOF_SCRIPTED_CLI"]), "utf8"),
) as ProgramOptions;
void new ScriptedCliProgram(options).run();
